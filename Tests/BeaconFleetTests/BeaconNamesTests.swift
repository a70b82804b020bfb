import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconFleet

@Suite struct BeaconNamesTests {
    private let literal = HostPort("192.0.2.1:1")!
    private let named = HostPort("b.example:2")!
    private let other = HostPort("c.example:3")!
    private let address = Address("198.51.100.2:2")!

    private func resolve(
        _ names: inout BeaconNames, _ beacons: [HostPort], _ answers: [HostPort: Address]
    ) -> RegistryBeacons {
        names.resolve(beacons, lookUp: { answers[$0] }, clock: { Moment(nanoseconds: 0) })
    }

    @Test func literalAddressesAreNotLookedUp() {
        var names = BeaconNames()
        let result = names.resolve(
            [literal, literal],
            lookUp: {
                Issue.record("looked up \($0)")
                return nil
            }, clock: { Moment(nanoseconds: 0) })
        #expect(result == RegistryBeacons(addresses: [literal.address!]))
    }

    @Test func aNameKeepsItsAddressWhileItIsListed() {
        var names = BeaconNames()
        let good = RegistryBeacons(addresses: [address, literal.address!])
        #expect(resolve(&names, [named, literal], [named: address]) == good)
        #expect(resolve(&names, [named, literal], [:]) == good, "DNS is at fault")
        #expect(resolve(&names, [literal], [:]) == RegistryBeacons(addresses: [literal.address!]))
        #expect(
            resolve(&names, [named], [:]) == RegistryBeacons(unresolved: [named]), "listed anew, nothing is known of it"
        )
    }

    @Test func aNameFollowsItsAddress() {
        var names = BeaconNames()
        _ = resolve(&names, [named], [named: address])
        let next = Address("198.51.100.77:2")!
        #expect(resolve(&names, [named], [named: next]).addresses == [next])
    }

    @Test func slowAnswersEndTheLookUpsButNotWhatNeedsNone() {
        var names = BeaconNames()
        _ = resolve(&names, [other], [other: address])
        var clock = ManualClock()
        var asked: [HostPort] = []
        let result = names.resolve(
            [named, HostPort("d.example:4")!, other, literal],
            lookUp: {
                asked.append($0)
                clock.advance(BeaconNames.limit)
                return nil
            }, clock: { clock.now })
        #expect(asked == [named])
        #expect(result.addresses == [address, literal.address!])
        #expect(result.unresolved == [named, HostPort("d.example:4")!])
    }
}

import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconRelay

/// The budgets of punch requests. (Grants: `conformance.txt`, T1 to T7.)
@Suite struct RegistryPunchTests {
    private func admit(_ beacon: Beacon, _ source: Address) -> Outcome? {
        beacon.registry.admitPunch(from: source, at: beacon.clock.now)
    }

    @Test func oneIPAsksOnceASecondWhateverItsPort() {
        let beacon = Beacon()
        #expect(admit(beacon, peer(1)) == nil)
        #expect(admit(beacon, peer(1)) == .punchSourceRate)
        #expect(admit(beacon, peer(2)) == .punchSourceRate)
        #expect(admit(beacon, peer(1, host: 6)) == nil, "a neighbour is another source")
        beacon.clock.advance(.milliseconds(999))
        #expect(admit(beacon, peer(2)) == .punchSourceRate)
        beacon.clock.advance(.milliseconds(1))
        #expect(admit(beacon, peer(2)) == nil)
    }

    @Test func onePrefixAsks64TimesASecondAndNoOtherSuffers() {
        let beacon = Beacon()
        let outcomes = (0..<200).map { admit(beacon, peer(1, host: $0)) }
        #expect(outcomes.filter { $0 == nil }.count == 64)
        #expect(outcomes.suffix(136).allSatisfy { $0 == .punchPrefixRate })
        #expect(admit(beacon, Address(host: "198.51.100.1", port: 1)!) == nil)
        #expect(admit(beacon, Address(host: "2001:db8::1", port: 1)!) == nil)
    }

    @Test func anIPv6PrefixIsA56() {
        let beacon = Beacon()
        beacon.live.punchPrefixRate = 1
        #expect(admit(beacon, Address(host: "2001:db8:0:1::1", port: 1)!) == nil)
        #expect(admit(beacon, Address(host: "2001:db8:0:ff::1", port: 1)!) == .punchPrefixRate)
        #expect(admit(beacon, Address(host: "2001:db8:0:100::1", port: 1)!) == nil)
    }

    @Test func theWhitelistIsOfHosts() {
        let host = Address(host: "203.0.113.5")!
        let beacon = Beacon { $0.punchWhitelist = .hosts([host]) }
        for port in UInt16(1)...200 { #expect(admit(beacon, peer(port)) == nil) }
        #expect(admit(beacon, peer(1, host: 6)) == nil)
        #expect(admit(beacon, peer(1, host: 6)) == .punchSourceRate)
    }

    @Test func everybodyMayMeanEverybody() {
        let beacon = Beacon { $0.punchWhitelist = .everybody }
        for _ in 0..<200 { #expect(admit(beacon, peer(1)) == nil) }
    }

    @Test func aRefusedRequestChangesNothing() {
        let beacon = Beacon()
        beacon.register(20, at: peer(2))
        beacon.receive("03·0000000a·00000014", from: peer(1))
        #expect(beacon.receive("03·0000000b·00000014", from: peer(1)) == .dropped(.punchSourceRate))
        #expect(beacon.address(of: 11) == nil)
    }
}

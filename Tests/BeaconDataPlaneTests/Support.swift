import BeaconBasics
import BeaconClock
import BeaconRelay
import BeaconTestKit
import BeaconWire
import Glibc
import Synchronization
import Testing

@testable import BeaconDataPlane

/// Runs a data plane on a port of the kernel's choice, and stops it whatever the body does.
func withPlane(
    _ host: String, shards: Int, peers: [Address] = [], register count: UInt32 = 0, fleet: FleetSettings? = nil,
    clock: MovableClock = MovableClock(), _ body: (DataPlane, Address) throws -> Void
) throws {
    var dice = SeededRandom(seed: 5)
    var settings = DataPlaneSettings(listen: ListenAddress(Address(host: host)!), shards: shards)
    settings.socketBuffer = 4 << 20
    settings.peers = peers
    settings.beaconID = 7
    settings.fleet = fleet
    settings.time = { clock.now }
    settings.registry.maximumNodes = 65_536
    settings.registry.punchWhitelist = .everybody
    let plane = try DataPlane.start(settings, live: LiveSettings(), dice: &dice)
    defer { plane.stop() }
    for node in 1..<(count + 1) {
        let home = Endpoint(address: Address(ipv4: 0xC000_0201, port: 9))
        _ = plane.registry.register(.init(node: NodeID(node), source: home), key: nil, at: SystemClock.now())
    }
    try body(plane, plane.listen.address)
}

/// The housekeeper's clock: the system's, and what a test does not want to wait for.
final class MovableClock: Sendable {
    private let ahead = Atomic<UInt64>(0)

    var now: Moment { SystemClock.now() + Delay(nanoseconds: ahead.load(ordering: .relaxed)) }

    /// The housekeeper notices when it next wakes.
    func advance(_ delay: Delay) { ahead.add(delay.nanoseconds, ordering: .relaxed) }
}

/// 02 or 04 with an address in it.
func observed(_ type: UInt8, _ address: Address) -> [UInt8] {
    writing(room: ObservedAddress.maximumLength) { ObservedAddress.write(type, address, into: &$0) }.message
}

/// Looks until something is so, for five seconds at most: what another thread does is not done when it was asked for.
func eventually(_ condition: () -> Bool) -> Bool {
    let end = SystemClock.now() + .seconds(5)
    while SystemClock.now() < end {
        if condition() { return true }
        sched_yield()
    }
    return condition()
}

extension LoopbackSocket {
    /// Sends a datagram and returns the answer to it: the next datagram that is not one of `skipping`.
    func ask(_ datagram: String, _ beacon: Address, skipping: [UInt8] = []) -> [UInt8]? {
        send(bytes(datagram), to: beacon)
        return receive(skipping: skipping)
    }

    func receive(skipping: [UInt8]) -> [UInt8]? {
        while let next = receive() {
            if next.bytes != skipping { return next.bytes }
        }
        return nil
    }
}

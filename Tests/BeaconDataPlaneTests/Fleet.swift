import BeaconBasics
import BeaconCrypto
import BeaconRelay
import BeaconTestKit
import Synchronization

@testable import BeaconDataPlane

/// A data plane of a fleet under test.
struct FleetBeacon {
    var plane: DataPlane
    /// What its directory says; the others are known by their positions.
    var directory: TestDirectory
    let wakes: Wakes

    var address: Address { plane.listen.address }

    /// Counts how often the fleet's loop is woken.
    final class Wakes: Sendable {
        private let count = Atomic<Int>(0)
        var value: Int { count.load(ordering: .relaxed) }
        func add() { count.add(1, ordering: .relaxed) }
    }

    /// The requests that come in next: waits until there are some.
    func requests() -> [FleetRequest] {
        var requests: [FleetRequest] = []
        _ = eventually {
            requests = plane.drainFleetRequests()
            return !requests.isEmpty
        }
        return requests
    }
}

/// Runs data planes on ports of the kernel's choice, each a member of the others' fleet.
func withFleet(
    _ count: Int, _ host: String = "127.0.0.1", keys: [MeshKey] = [MeshKey(id: 1, k0: 2, k1: 3)],
    _ body: ([FleetBeacon]) throws -> Void
) throws {
    var fleet: [FleetBeacon] = []
    defer { for beacon in fleet { beacon.plane.stop() } }
    var dice = SeededRandom(seed: 9)
    for _ in 0..<count {
        let directory = TestDirectory(hash: KeyedHash(using: &dice))
        let wakes = FleetBeacon.Wakes()
        var settings = DataPlaneSettings(listen: ListenAddress(Address(host: host)!), shards: 1)
        settings.socketBuffer = 4 << 20
        settings.registry.maximumNodes = 1_024
        settings.fleet = FleetSettings(directory: directory.table, keys: keys, wake: { wakes.add() })
        let plane = try DataPlane.start(settings, live: LiveSettings(), dice: &dice)
        fleet.append(FleetBeacon(plane: plane, directory: directory, wakes: wakes))
    }
    for (me, beacon) in fleet.enumerated() {
        for (other, peer) in fleet.enumerated() where other != me {
            beacon.directory.member(UInt32(other), at: peer.address)
        }
    }
    try body(fleet)
}

/// Sends relay frames to node 7 in one message for the kernel.
struct Burst: ~Copyable {
    private let socket: UDPSocket
    private var batch = SendBatch(locals: LocalAddresses())
    private let counters = ShardCounters()

    init() throws {
        socket = try UDPSocket(bind: ListenAddress(Address(host: "127.0.0.1")!), reusePort: false)
        batch.transmitter.probe(socket.handle)
    }

    static func payload(_ round: Int, _ position: Int) -> [UInt8] {
        [UInt8](repeating: UInt8(round), count: 99) + [UInt8(position)]
    }

    mutating func send(_ count: Int, _ round: Int, to beacon: Address) {
        let stride = 128
        let frames = UnsafeMutableRawBufferPointer.allocate(byteCount: count * stride, alignment: 1)
        defer { frames.deallocate() }
        for position in 0..<count {
            let frame = bytes("05·00000001·00000007") + Self.payload(round, position)
            let start = frames.baseAddress! + position * stride
            start.copyMemory(from: frame, byteCount: frame.count)
            batch.append(
                start, length: frame.count, to: Endpoint(address: beacon), kind: .forward, outcome: nil, gather: .batch)
        }
        batch.flush(to: socket.handle, counters: counters)
    }
}

import BeaconBasics
import BeaconCluster
import BeaconCrypto
import BeaconDirectory
import BeaconMembership
import BeaconTestKit
import BeaconWire
import Dispatch
import NIOCore
import NIOPosix
import Testing

@testable import BeaconFleet

/// Whole services on loopback, over data planes of the test's own.
@Suite(.timeLimit(.minutes(5)))
struct FleetServiceTests {
    /// Hellos go from plane to plane by the address of the data port; no socket is there.
    private final class Network: Sendable {
        private let planes = Guarded<[Address: (plane: FakePlane, wake: FleetWake)]>([:])

        func plane(at data: Address, _ wake: FleetWake) -> FakePlane {
            // A circle, for as long as the process lives.
            let plane = FakePlane { hello, peer in self.deliver(hello, from: data, to: peer) }
            planes.withLock { $0[data] = (plane, wake) }
            return plane
        }

        private func deliver(_ hello: Hello, from source: Address, to peer: Address) {
            guard let there = planes.withLock({ $0[peer] }) else { return }
            there.plane.edit { $0.inputs.append(.hello(hello, from: source, to: peer, via: 0)) }
            there.wake.signal()
        }
    }

    /// The rings that were stored, in order.
    private final class Rings: Sendable {
        private let rings = Guarded([KeyRing]())
        var last: KeyRing? { rings.withLock { $0.last } }
        func add(_ ring: KeyRing) { rings.withLock { $0.append(ring) } }
    }

    private struct Beacon {
        let service: FleetService
        let plane: FakePlane
        let table: DirectoryTable
        let events: FleetEventLog
        let stored: Rings
        let data: Address
    }

    private static let key = [UInt8](repeating: 7, count: 32)

    private func start(_ id: UInt32, _ network: Network, key: [UInt8] = key) throws -> Beacon {
        let data = Address("127.0.0.1:\(20_000 + id)")!
        let (wake, events, stored) = (FleetWake(), FleetEventLog(), Rings())
        let plane = network.plane(at: data, wake)
        let table = DirectoryTable(capacity: 4_096, hash: KeyedHash(k0: 1, k1: 3))
        let settings = FleetServiceSettings(
            beacon: BeaconID(id), listen: Address("127.0.0.1:0")!, data: data, keys: KeyRing([key])!)
        let service = try FleetService.start(
            settings, plane: plane, table: table, onEvent: { events.add($0) },
            storeKeys: { stored.add($0) })
        wake.attach(service)
        return Beacon(service: service, plane: plane, table: table, events: events, stored: stored, data: data)
    }

    private func find(_ node: UInt32, _ table: DirectoryTable) -> Bool {
        let end = DispatchTime.now() + .seconds(10)
        while DispatchTime.now() < end {
            if table.find(NodeID(node)) != nil { return true }
            sched_yield()
        }
        return false
    }

    @Test func twoBeaconsMeetAndPart() throws {
        let network = Network()
        let (first, second) = (try start(1, network), try start(2, network))
        first.plane.register([42])
        first.service.wake()
        first.service.name([first.data, second.data])
        #expect(first.events.waitFor(2, .alive))
        #expect(second.events.waitFor(1, .alive), "it was asked, and knows who asked")
        #expect(find(42, second.table), "and where the nodes are")
        #expect(second.table.find(NodeID(42))?.address == first.data)
        first.service.stop()
        #expect(second.events.waitFor(1, .left), "told, not found out")
        #expect(second.table.find(NodeID(42)) == nil)
        #expect(second.service.forget(BeaconID(1)) == .forgotten)
        #expect(second.service.forget(BeaconID(1)) == .unknown)
        second.service.stop()
    }

    @Test func aMemberThatLivesIsNotForgotten() throws {
        let network = Network()
        let (first, second) = (try start(1, network), try start(2, network))
        first.service.name([second.data])
        #expect(first.events.waitFor(2, .alive))
        #expect(first.service.forget(BeaconID(2)) == .lives)
        first.service.stop()
        second.service.stop()
    }

    @Test func aNewKeyReachesAllAndIsStoredByEach() throws {
        let network = Network()
        let (first, second) = (try start(1, network), try start(2, network))
        first.service.name([second.data])
        #expect(first.events.waitFor(2, .alive) && second.events.waitFor(1, .alive))
        guard case .began(let keyID)? = first.service.rotate() else { return #expect(Bool(false)) }
        let completed = first.events.wait { event in
            if case .cluster(.keyRotation(.completed(let id))) = event { id } else { nil }
        }
        #expect(completed == keyID)
        #expect(first.service.report.keyIDs.first == keyID, "whoever hears of it finds it in the report")
        first.service.stop()
        second.service.stop()
        #expect(first.stored.last?.keyIDs.first == keyID)
        #expect(second.stored.last == first.stored.last)
    }

    @Test func aPortThatIsTaken() throws {
        let network = Network()
        let first = try start(1, network)
        let settings = FleetServiceSettings(
            beacon: BeaconID(2), listen: first.service.listen, data: Address("127.0.0.1:20002")!,
            keys: KeyRing([Self.key])!)
        let error = #expect(throws: FleetError.self) {
            try FleetService.start(
                settings, plane: FakePlane(), table: first.table, onEvent: { _ in }, storeKeys: { _ in })
        }
        #expect(error?.description.contains("cannot listen on \(first.service.listen)") == true)
        #expect(error?.description.contains("in use") == true)
        first.service.stop()
    }

    /// TCP is taken, UDP is not: nothing is left bound.
    @Test func aPortThatIsHalfTaken() throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let other = try ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).wait()
        let listen = other.localAddress!.address!
        let settings = FleetServiceSettings(
            beacon: BeaconID(2), listen: listen, data: Address("127.0.0.1:20002")!, keys: KeyRing([Self.key])!)
        let table = DirectoryTable(capacity: 1_024, hash: KeyedHash(k0: 1, k1: 3))
        #expect(throws: FleetError.self) {
            try FleetService.start(settings, plane: FakePlane(), table: table, onEvent: { _ in }, storeKeys: { _ in })
        }
        let socket = try ControlSocket.bind(listen, receiveBuffer: 1 << 16)
        socket.close()
        try other.close().wait()
        try group.syncShutdownGracefully()
    }

    /// Stopped at any moment of its beginning.
    @Test func itStopsAtOnce() throws {
        for id in 1...5 {
            let beacon = try start(UInt32(id), Network())
            beacon.service.name([Address("127.0.0.1:19999")!])
            beacon.service.stop()
        }
    }

    // MARK: Sockets that are lost

    /// Closes one of the core's sockets and waits until it is there again. The core is on a loop of its own.
    private func lose(_ socket: @escaping @Sendable (FleetCore) -> (any Channel)?, named name: String) throws -> Bool {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let (loop, events) = (group.next(), FleetEventLog())
        let settings = FleetServiceSettings(
            beacon: BeaconID(1), listen: Address("127.0.0.1:0")!, data: Address("127.0.0.1:20001")!,
            keys: KeyRing([Self.key])!)
        let core = try loop.submit {
            let core = FleetCore(
                settings, plane: FakePlane(), table: DirectoryTable(capacity: 1_024, hash: KeyedHash(k0: 1, k1: 3)),
                socket: try ControlSocket.bind(settings.listen, receiveBuffer: 1 << 16), loop: loop,
                onEvent: { events.add($0) }, store: { _ in })
            return NIOLoopBound(core, eventLoop: loop)
        }.wait()
        try loop.flatSubmit { core.value.listen(on: group) }.wait()
        try loop.flatSubmit { socket(core.value)!.close() }.wait()
        let lost = events.wait { if case .socketLost(let name) = $0 { name } else { nil } }
        #expect(try lost == loop.submit { "\(name) \(core.value.listen)" }.wait())
        let end = DispatchTime.now() + .seconds(10)
        var isBack = false
        while !isBack, DispatchTime.now() < end { isBack = try loop.submit { socket(core.value) != nil }.wait() }
        let listen = try loop.submit { core.value.listen }.wait()
        let connected = try? ClientBootstrap(group: group).connect(to: SocketAddress(listen, dualStack: false)!).wait()
        #expect(connected != nil)
        try loop.submit { core.value.close() }.wait()
        try group.syncShutdownGracefully()
        return isBack
    }

    @Test func theUDPSocketIsOpenedAgain() throws { #expect(try lose({ $0.udp }, named: "UDP")) }

    @Test func theListenerIsOpenedAgain() throws { #expect(try lose({ $0.tcp }, named: "TCP")) }

    @Test("a drained beacon may live on: without a fleet, and stopped once more at its end")
    func stoppedTwice() throws {
        let network = Network()
        let one = try start(1, network)
        one.service.stop()
        one.service.wake()
        one.service.setDrain(nil)
        #expect(one.service.forget(BeaconID(2)) == nil)
        #expect(one.service.rotate() == nil)
        one.service.stop()
    }
}

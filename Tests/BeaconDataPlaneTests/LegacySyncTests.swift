import BeaconBasics
import BeaconRelay
import BeaconTestKit
import BeaconWire
import Testing

@testable import BeaconDataPlane

/// What peers are told and when, with a clock that the test moves.
@Suite struct LegacySyncTests {
    private struct Bench: ~Copyable {
        let peer = LoopbackSocket()
        let registry: Registry
        let sender = ControlSender(locals: LocalAddresses())
        let ports: [UDPSocket.Port]
        var sync: LegacySync
        var clock = ManualClock()
        var told = 0

        init(ports count: Int = 3) throws {
            var dice = SeededRandom(seed: 3)
            var settings = RegistrySettings()
            settings.maximumNodes = 65_536
            registry = Registry(settings: settings, live: LiveSettings(), hash: KeyedHash(using: &dice))
            ports = try (0..<count).map { _ in try UDPSocket.Port() }
            sync = LegacySync(beacon: 7, peers: [peer.address], at: clock.now)
        }

        /// Sends what is due, and returns how many nodes came from which port, by its position.
        mutating func tell() -> [[Int]] {
            let handles = ports.map(\.handle)
            var told = 0
            sync.send(
                registry, at: clock.now, through: sender, port: { $0 < handles.count ? handles[$0] : nil },
                sent: { _ in told += 1 })
            self.told += told
            var parts: [[Int]] = []
            while let datagram = peer.receive(within: 0) {
                let port = ports.firstIndex { $0.number == datagram.source.port }
                parts.append([port ?? -1, (datagram.bytes.count - Sync.headerLength) / 4])
            }
            return parts
        }

        func register(_ nodes: Range<UInt32>) {
            for node in nodes {
                let home = Endpoint(address: Address(ipv4: 0xC000_0201, port: 9))
                _ = registry.register(.init(node: NodeID(node), source: home), key: nil, at: clock.now)
            }
        }
    }

    @Test func theFirstListGoesOutAfterASecondAndThenEveryTen() throws {
        var bench = try Bench()
        bench.register(1..<4)
        #expect(bench.tell() == [])
        bench.clock.advance(Delay(nanoseconds: 999_999_999))
        #expect(bench.tell() == [])
        bench.clock.advance(Delay(nanoseconds: 1))
        #expect(bench.tell() == [[0, 3]])
        bench.clock.advance(Delay(nanoseconds: 9_999_999_999))
        #expect(bench.tell() == [])
        bench.clock.advance(Delay(nanoseconds: 1))
        #expect(bench.tell() == [[0, 3]])
        #expect(bench.told == 2)
    }

    @Test func anEmptyListIsToldToo() throws {
        var bench = try Bench()
        bench.clock.advance(.seconds(1))
        #expect(bench.tell() == [[0, 0]])
    }

    @Test func aListThatShrinksWithdrawsItsParts() throws {
        var bench = try Bench()
        bench.register(0..<40_000)
        bench.clock.advance(.seconds(1))
        #expect(bench.tell() == [[0, 16_375], [1, 16_375], [2, 7_250]])
        #expect(bench.told == 1, "a peer is told once a round, in however many parts")
        bench.clock.advance(.seconds(700))
        bench.registry.sweep(limit: .max, at: bench.clock.now)
        bench.register(0..<10)
        #expect(bench.tell() == [[0, 10], [1, 0], [2, 0]])
        bench.clock.advance(.seconds(10))
        #expect(bench.tell() == [[0, 10]])
    }

    @Test func withoutAPortForAPartTheRestIsLeftOut() throws {
        var bench = try Bench(ports: 1)
        bench.register(0..<20_000)
        bench.clock.advance(.seconds(1))
        #expect(bench.tell() == [[0, 16_375]])
    }

    @Test func withoutPeersNothingIsSent() throws {
        var bench = try Bench()
        bench.sync = LegacySync(beacon: 7, peers: [], at: bench.clock.now)
        bench.clock.advance(.seconds(100))
        #expect(bench.tell() == [])
        #expect(bench.told == 0)
    }

    /// A full table of the default size can be told.
    @Test func thereArePartsEnoughForTheDefaultCapacity() {
        #expect((1 + LegacySync.maximumExtraPorts) * Sync.maximumCount >= RegistrySettings().maximumNodes)
    }
}

extension UDPSocket {
    /// A bound socket in a copyable wrapper.
    fileprivate final class Port {
        let socket: UDPSocket
        let number: UInt16
        var handle: SocketHandle { socket.handle }

        init() throws {
            socket = try UDPSocket(bind: ListenAddress(Address(host: "127.0.0.1")!), reusePort: false)
            number = try UDPSocket.boundPort(socket.descriptor)
        }
    }
}

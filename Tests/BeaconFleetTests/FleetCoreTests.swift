import BeaconBasics
import BeaconCluster
import BeaconCrypto
import BeaconDirectory
import BeaconWire
import NIOCore
import NIOEmbedded
import Testing

@testable import BeaconFleet

/// The core on a loop that runs when the test says so. Its socket is real, and nobody reads it.
@Suite struct FleetCoreTests {
    private final class Scene {
        let loop = EmbeddedEventLoop()
        let plane = FakePlane()
        let table = DirectoryTable(capacity: 16_384, hash: KeyedHash(k0: 1, k1: 3))
        let core: FleetCore
        private let journal: Journal

        /// - Parameters:
        ///   - data: unspecified: where this beacon is has to be found out.
        ///   - logTakes: events that the log has room for.
        init(
            control: String = "127.0.0.1:0", data: String = "127.0.0.1:9001", isOpen: Bool = false,
            logTakes: Int = .max
        ) throws {
            let listen = Address(control)!
            var settings = FleetServiceSettings(
                beacon: BeaconID(1), listen: listen, data: Address(data)!, keys: FleetCoreTests.ring(1))
            settings.isOpen = isOpen
            let journal = Journal()
            self.journal = journal
            core = FleetCore(
                settings, plane: plane, table: table,
                socket: try ControlSocket.bind(listen, receiveBuffer: 1 << 20), loop: loop,
                onEvent: { event in
                    journal.events.append(event)
                    return journal.events.count <= logTakes
                },
                store: { journal.stored.append($0) })
            core.start()
        }

        private final class Journal {
            var events: [FleetEvent] = []
            var stored: [KeyRing] = []
        }

        var stored: [KeyRing] { journal.stored }
        var rescans: Int { journal.events.count { if case .rescan = $0 { true } else { false } } }
        var joined: [(control: Address, data: Address)] {
            journal.events.compactMap {
                if case .joined(_, let control, let data) = $0 { (control, data) } else { nil }
            }
        }

        /// Of these nodes, those that our log has.
        func own(_ ids: some Sequence<UInt32>) -> [UInt32] {
            ids.filter { core.cluster?.value.isOwn(NodeID($0)) == true }
        }

        /// Between two turns of the loop that are under way.
        func between(_ body: @escaping () -> Void) { loop.assumeIsolated().execute(body) }

        deinit { core.close() }
    }

    private static func ring(_ byte: UInt8) -> KeyRing { KeyRing([[UInt8](repeating: byte, count: 32)])! }

    // MARK: The node table

    @Test func whatIsRegisteredAtTheStartIsRead() throws {
        let scene = try Scene()
        scene.plane.register(1...5_000, silently: true)
        scene.loop.run()
        #expect(scene.own(1...5_001).count == 5_000)
        #expect(scene.plane.edit { $0.pagesRead } == 3)
        #expect(scene.rescans == 0)
    }

    @Test func changesAreFollowed() throws {
        let scene = try Scene()
        scene.loop.run()
        scene.plane.register([7, 8])
        scene.core.takeInputs()
        #expect(scene.own(1...10) == [7, 8])
        scene.plane.remove([7])
        scene.core.takeInputs()
        #expect(scene.own(1...10) == [8])
    }

    /// A storm of them is taken in parts, so that others have their turn.
    @Test func manyChangesAreTakenInTurns() throws {
        let scene = try Scene()
        scene.loop.run()
        scene.plane.register(1...4_500)
        scene.core.takeInputs()
        #expect(scene.own(1...4_500).count == 2_000)
        var inBetween = 0
        scene.between { inBetween = scene.own(1...4_500).count }
        scene.loop.run()
        #expect(inBetween == 4_000)
        #expect(scene.own(1...4_500).count == 4_500)
    }

    @Test func lostChangesAreFoundInTheTable() throws {
        let scene = try Scene()
        scene.plane.register(1...3_000, silently: true)
        scene.loop.run()
        scene.plane.remove(1...10, silently: true)
        scene.plane.register(9_000...9_010, silently: true)
        scene.plane.edit { $0.mustRescan = true }
        scene.core.takeInputs()
        scene.loop.run()
        #expect(scene.own(1...10_000) == Array(11...3_000) + Array(9_000...9_010))
        #expect(scene.rescans == 1 && scene.core.counters.rescans == 1)
        #expect(scene.core.scan == nil)
    }

    /// Changes are lost again while the table is being read: what has been read already is read once more.
    @Test func lossDuringALookThrough() throws {
        let scene = try Scene()
        scene.plane.register(1...5_000, silently: true)
        scene.loop.run()
        scene.plane.edit { $0.mustRescan = true }
        scene.core.takeInputs()
        scene.between {
            scene.plane.remove([1], silently: true)
            scene.plane.edit { state in
                state.nodes.insert(NodeID(9_999), at: 0)
                state.mustRescan = true
            }
            scene.core.takeInputs()
        }
        scene.loop.run()
        #expect(scene.own([1, 2, 9_999]) == [2, 9_999])
        #expect(scene.rescans == 2)
        #expect(scene.core.scan == nil)
    }

    // MARK: Finding our own place

    /// A wildcard socket says nothing of where we are; the first beacon of the fleet shows it.
    @Test func theFirstBeaconThatIsMetShowsWhereWeAre() throws {
        let scene = try Scene(control: "[::]:0", data: "[::]:9001")
        let peer = Address("127.0.0.2:9001")!
        let claimant = Address("192.0.2.5:5")!
        #expect(scene.core.report().me == nil)
        scene.plane.register([5])
        scene.plane.edit { $0.inputs = [.claim(NodeID(3), by: claimant)] }
        scene.core.takeInputs()
        #expect(
            scene.plane.edit { $0.decisions } == [.init(node: NodeID(3), claimant: claimant, outcome: .granted)],
            "there is no fleet that could object")

        scene.core.name([peer])
        scene.loop.advanceTime(by: .milliseconds(5))
        let ask = try #require(scene.plane.edit { $0.hellos.first })
        #expect(ask.peer == peer && ask.hello.kind == .ask)
        let answer = ask.hello.answered(
            by: BeaconID(2), session: SessionID(1), control: Address("127.0.0.2:9011")!)
        scene.plane.edit { $0.inputs = [.hello(answer, from: peer, to: Address("127.0.0.1:9001"), via: 0)] }
        scene.core.takeInputs()
        scene.loop.run()
        #expect(scene.joined.map(\.data) == [Address("127.0.0.1:9001")!])
        #expect(scene.joined.map(\.control) == [Address(host: "127.0.0.1", port: scene.core.listen.port)!])
        #expect(scene.own([5]) == [5], "registered before there was a fleet")
        #expect(scene.plane.edit { $0.members.last } == [peer])
        #expect(scene.core.report().me?.beacon == BeaconID(1))
        #expect(scene.core.report().shell.hellosReceived == 1)
    }

    // MARK: Keys

    @Test func aRingFromTheFileIsPutToWork() throws {
        let scene = try Scene()
        #expect(scene.plane.edit { $0.meshKeys } == Self.ring(1).meshKeys(label: ""))
        scene.core.setKeys(Self.ring(2))
        #expect(scene.plane.edit { $0.meshKeys } == Self.ring(2).meshKeys(label: ""))
        #expect(scene.core.report().keyIDs == Self.ring(2).keyIDs)
    }

    /// Alone, with a place in the fleet or without one yet.
    @Test(arguments: ["127.0.0.1:0", "[::]:0"])
    func aBeaconThatIsAloneRotates(_ control: String) throws {
        let scene = try Scene(control: control, data: control.replacing(":0", with: ":9001"))
        scene.loop.run()
        guard case .began(let keyID) = scene.core.rotate() else { return #expect(Bool(false)) }
        #expect(scene.core.ring.keyIDs == [keyID, Self.ring(1).keyIDs[0]], "it seals, and the old one opens")
        #expect(scene.stored.last == scene.core.ring)
        #expect(scene.plane.edit { $0.meshKeys } == scene.core.ring.meshKeys(label: ""))
    }

    @Test func withoutAKeyThereIsNothingToRotate() throws {
        let scene = try Scene(isOpen: true)
        #expect(scene.core.rotate() == .noKeys)
        #expect(scene.core.report().keyIDs.isEmpty)
        #expect(scene.stored.isEmpty)
    }

    // MARK: The rest

    @Test func nobodyIsForgottenWhoWasNeverThere() throws {
        let scene = try Scene()
        #expect(scene.core.forget(BeaconID(9)) == .unknown)
    }

    @Test func whatTheLogDoesNotTakeIsCounted() throws {
        let scene = try Scene(logTakes: 1)
        #expect(scene.core.report().shell.eventsDropped == 0)
        scene.core.setKeys(Self.ring(2))
        #expect(scene.core.report().shell.eventsDropped == 1)
    }

    @Test func whoIsAloneLeavesAtOnce() throws {
        let scene = try Scene()
        var left = 0
        scene.core.leave { left += 1 }
        scene.loop.run()
        #expect(left == 1)
        let homeless = try Scene(control: "[::]:0", data: "[::]:9001")
        homeless.core.leave { left += 1 }
        #expect(left == 2)
    }

    /// Streams that end with everything else must not set anything going again.
    @Test func afterTheEndNothingHappens() throws {
        let scene = try Scene()
        scene.core.close()
        scene.core.timer = nil
        scene.core.name([Address("127.0.0.2:9001")!])
        scene.core.settle()
        #expect(scene.core.timer == nil)
        scene.loop.advanceTime(by: .minutes(1))
        #expect(scene.plane.edit { $0.hellos.isEmpty })
    }

    @Test func draining() throws {
        let scene = try Scene()
        scene.core.setDrain(DrainDeadline(unixSeconds: 1))
        #expect(scene.core.report().me?.isDraining == true)
        scene.core.setDrain(nil)
        #expect(scene.core.report().me?.isDraining == false)
    }
}

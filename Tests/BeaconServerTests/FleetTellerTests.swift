import BeaconAdmin
import BeaconBasics
import BeaconCluster
import BeaconDirectory
import BeaconFleet
import BeaconMembership
import BeaconTestKit
import Logging
import Testing

@testable import BeaconServer

@Suite struct FleetTellerTests {
    private static let address = Address("192.0.2.9:9011")!
    private static let peer = Address("192.0.2.9:9001")!

    private static func member(
        _ state: MemberState = .alive, session: UInt64 = 5, draining: Bool = false, incarnation: UInt32 = 0
    ) -> Member {
        Member(
            beacon: BeaconID(3), session: SessionID(session), incarnation: incarnation, state: state,
            drain: draining ? DrainDeadline(unixSeconds: 1_800_000_000) : nil, control: address, data: peer)
    }

    private static func change(_ member: Member, was previous: Member?, _ evidence: Evidence? = nil) -> FleetEvent {
        .cluster(.member(MemberChange(member: member, previous: previous, evidence: evidence)))
    }

    private func value(_ name: String, _ story: FleetStory) -> String? {
        story.fields.first { $0.name == name }?.value
    }

    /// What a person reads, how loud, and what a program goes by.
    @Test(
        arguments: [
            (change(member(), was: nil), "member", .info, "a member is alive"),
            (change(member(.suspect), was: member()), "member", .warning, "a member is suspect"),
            (change(member(.dead), was: member(.suspect)), "member", .warning, "a member is dead"),
            (change(member(), was: member(.suspect)), "member", .info, "a member is back"),
            (change(member(), was: member(.dead)), "member", .info, "a member is back"),
            (change(member(.left), was: member()), "member", .info, "a member is left"),
            (change(member(session: 6), was: member(.dead)), "member", .info, "a member has restarted"),
            (change(member(draining: true), was: member()), "member", .info, "a member drains"),
            (change(member(), was: member(draining: true)), "member", .info, "a member drains no longer"),
            (change(member(incarnation: 1), was: member()), "member", .info, "a member has changed"),
            (.cluster(.memberForgotten(BeaconID(3))), "member_forgotten", .info, "a member is forgotten"),
            (.cluster(.directory(.full)), "directory_full", .error, "the directory is full: raise max-directory"),
            (
                .cluster(.unknownKey(address, keyID: 1)), "unknown_key", .warning,
                "a beacon speaks a key that we do not have"
            ),
            (.duplicateID(peer), "duplicate_beacon_id", .error, "another host runs under our beacon id"),
            (.peer(HelloPeer(address: peer, since: .init(nanoseconds: 0))), "peer", .debug, "a peer is being asked"),
            (
                .peer(HelloPeer(address: peer, kind: .legacy, since: .init(nanoseconds: 0))), "peer", .info,
                "a peer answers no hello, it gets the legacy sync"
            ),
            (.socketLost("UDP x"), "socket_lost", .error, "a control socket was lost, opening it again"),
            (.rescan, "rescan", .warning, "changes of the node table were lost, reading all of it"),
            (.left, "left", .info, "left the fleet"),
        ] as [(FleetEvent, String, Logger.Level, String)])
    func stories(_ event: FleetEvent, _ kind: String, _ level: Logger.Level, _ sentence: String) {
        let story = FleetStory(event)
        #expect(story.kind.rawValue == kind && story.level == level && story.sentence == sentence)
    }

    /// A verdict shows what it was made of.
    @Test func theEvidenceIsThere() {
        var evidence = Evidence()
        evidence.accusers = [BeaconID(1), BeaconID(2)]
        evidence.directAttempts = 3
        evidence.relaysAsked = [BeaconID(4)]
        evidence.nacks = [BeaconID(4)]
        evidence.streamFailed = true
        evidence.roundTrip = .milliseconds(12)
        evidence.lossPerMille = 40
        let story = FleetStory(Self.change(Self.member(.dead), was: Self.member(.suspect), evidence))
        let expected = [
            "beacon": "3", "state": "dead", "was": "suspect", "accusers": "1 2", "direct_attempts": "3",
            "relays_asked": "4", "nacks": "4", "stream_failed": "true", "last_chance_failed": "false",
            "round_trip_ms": "12", "loss_per_mille": "40", "control": "192.0.2.9:9011", "data": "192.0.2.9:9001",
        ]
        for (name, text) in expected { #expect(value(name, story) == text, "\(name)") }
        #expect(value("draining", story) == nil, "what does not apply is not there")
        let quiet = FleetStory(Self.change(Self.member(), was: nil))
        #expect(value("accusers", quiet) == nil && value("was", quiet) == nil)
    }

    /// Four hexadecimal digits, as in `/fleet`.
    @Test(
        arguments: [
            (.keysLoaded([0x1, 0xFFFF]), "key_ids", "0001 ffff"), (.keysStored([0xAB]), "key_ids", "00ab"),
            (.cluster(.keyRotation(.began(keyID: 0xABC))), "key_id", "0abc"),
            (.cluster(.keyRotation(.abandoned(keyID: 1, missing: [BeaconID(4), BeaconID(5)]))), "missing", "4 5"),
            (.cluster(.keyRotation(.acknowledged(by: BeaconID(4), remaining: 2))), "remaining", "2"),
            (.cluster(.keyRotation(.adopted(keyID: 1, from: BeaconID(9)))), "from", "9"),
            (.cluster(.keyRotation(.completed(keyID: 2))), "state", "completed"),
            (.cluster(.keyRotation(.offeredToStraggler(BeaconID(2), keyID: 1))), "state", "offered"),
            (.keysNotStored("disk full"), "reason", "disk full"),
        ] as [(FleetEvent, String, String)])
    func keys(_ event: FleetEvent, _ field: String, _ text: String) {
        #expect(value(field, FleetStory(event)) == text)
    }

    @Test func itIsToldToTheLogAndToThePages() throws {
        let events = EventLog(startUnixSeconds: 0)
        let lines = Lines()
        let log = Logger(label: "beacon") { _ in lines.handler }
        FleetTeller(events: events, log: log).tell(.cluster(.memberForgotten(BeaconID(3))))
        #expect(lines.all == ["info a member is forgotten beacon=3"])
        let told = try #require(events.recent(limit: 1).events.first)
        #expect(told.kind == "member_forgotten" && told.fields == [BeaconEvent.Field("beacon", "3")])
    }
}

/// Log lines, kept.
private final class Lines: Sendable {
    private let lines = Guarded([String]())
    var all: [String] { lines.withLock { $0 } }
    var handler: any LogHandler { Handler(lines: self) }

    private struct Handler: LogHandler {
        let lines: Lines
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let data = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
            lines.lines.withLock { $0.append("\(event.level) \(event.message)\(data.joined())") }
        }
    }
}

import BeaconBasics
import BeaconPostMortem
import BeaconPrinting
import BeaconRecorder
import BeaconTestKit
import Testing

private func event(_ id: UInt64, _ kind: EventKind, at time: Double, _ fields: [(String, String)] = []) -> BeaconEvent {
    BeaconEvent(id: id, time: time, kind: kind, fields: fields.map { .init($0.0, $0.1) })
}

/// A beacon that has received 10 datagrams a second for two minutes and 100 in the last one.
private func sample() -> Snapshot {
    var snapshot = Snapshot()
    snapshot.meta.beaconID = 3
    snapshot.meta.takenAt = 1_764_567_845
    snapshot.meta.startedAt = 1_764_567_665
    snapshot.meta.session = 77
    snapshot.meta.version = "1.2\u{1B}[31m"
    let rows = (0...180).map { second in
        let received = UInt64(second <= 120 ? second * 10 : 1_200 + (second - 120) * 100)
        return SnapshotSamples.Row(time: 1_764_567_665 + Double(second), values: [received, UInt64(second)])
    }
    snapshot.samples = SnapshotSamples(names: ["received", "drop_runt"], rows: rows)
    snapshot.counters = [.init(name: "received", value: 7_200), .init(name: "nodes", value: 4)]
    snapshot.drops = [.init(reason: "runt", packets: 180), .init(reason: "bounce", packets: 0)]
    var peer = SnapshotPeer()
    (peer.beacon, peer.kind, peer.state, peer.since) = (4, "member", "dead", 1_764_567_825)
    peer.evidence = "accusers=3,5"
    snapshot.peers = [peer]
    snapshot.config = [.init(key: "relay-rate", value: "4000", source: "default")]
    snapshot.events = [
        event(1, "started", at: 1_764_567_665),
        event(2, "member", at: 1_764_567_825, [("beacon", "4"), ("state", "dead")]),
        event(3, "error", at: 1_764_567_840, [("text", "two words \"q\"")]),
    ]
    return snapshot
}

@Suite struct SnapshotScreenTests {
    @Test func ratesAreOfTheLastMinuteAndOfAll() {
        let screen = SnapshotScreen(sample())
        #expect(screen.rate(of: "received", over: 60) == 100)
        #expect(screen.rate(of: "received", over: .infinity) == 40)
        #expect(screen.rate(of: "nothing", over: 60) == nil)
        #expect(SnapshotScreen(Snapshot()).rate(of: "received", over: 60) == nil)
    }

    @Test func everythingIsOnTheScreen() {
        let text = SnapshotScreen(sample()).text
        for words in [
            "beacon 3 1.2\\u001b[31m", "2025-12-01T05:44:05.000Z, reason: operator", "180 s before", "runt", "20 s",
            "last verdict on 4: accusers=3,5", "member beacon=4 state=dead", "text=\"two words \\\"q\\\"\"",
        ] { #expect(text.contains(words), "\(words) in\n\(text)") }
        #expect(!text.contains("bounce") && !text.contains("\u{1B}"))
        #expect(SnapshotScreen(Snapshot()).text.contains("dropped  nothing"), "of an empty one, too")
    }

    @Test func aCounterThatBeganAnewHasNoRate() {
        var snapshot = sample()
        snapshot.samples.rows[180].values[0] = 5
        #expect(SnapshotScreen(snapshot).rate(of: "received", over: 60) == nil)
    }
}

@Suite struct EventFilterTests {
    @Test func kindsTimesAndLimit() {
        let events = sample().events
        var filter = EventFilter()
        #expect(filter.apply(events).map(\.id) == [1, 2, 3])
        filter.limit = 2
        #expect(filter.apply(events).map(\.id) == [2, 3])
        filter.since = 1_764_567_825
        filter.until = 1_764_567_825
        #expect(filter.apply(events).map(\.id) == [2])
        filter.kinds = ["error"]
        #expect(filter.apply(events).isEmpty)
    }

    @Test func asJSONOnOneLine() {
        #expect(
            EventLine.json(sample().events[1]).line
                == #"{"id":2,"time":1764567825,"kind":"member","fields":{"beacon":"4","state":"dead"}}"#)
    }
}

@Suite struct SnapshotDiffTests {
    private func later(_ change: (inout Snapshot) -> Void = { _ in }) -> SnapshotDiff {
        var new = sample()
        new.meta.takenAt += 10
        new.counters[0].value += 50
        new.peers[0].state = "alive"
        new.config[0].value = "8000"
        change(&new)
        return SnapshotDiff(sample(), new)
    }

    @Test func settingsMembersAndCountersWithRates() {
        let diff = later()
        #expect(diff.isOneLife && diff.seconds == 10)
        #expect(diff.settings == [.init(name: "relay-rate", old: "4000", new: "8000")])
        #expect(diff.members == [.init(name: "4", old: "dead", new: "alive")])
        #expect(diff.counters.map(\.name) == ["received"] && diff.counters[0].perSecond == 5)
        for words in ["relay-rate: 4000 -> 8000", "4: dead -> alive", "7250"] { #expect(diff.text.contains(words)) }
    }

    @Test func ofAnotherLifeNothingIsSubtracted() {
        let restarted = later { $0.meta.session = 78 }
        #expect(!restarted.isOneLife && restarted.counters[0].perSecond == nil)
        #expect(restarted.text.contains("started anew"))
        #expect(later { $0.meta.beaconID = 4 }.text.contains("two beacons"))
        #expect(later { $0.meta.takenAt -= 20 }.text.contains("is the older one"))
    }

    @Test func nodesThatCameWentAndMoved() {
        func address(_ port: UInt16) -> Address { Address(ipv4: 0x7F00_0001, port: port) }
        var diff = later()
        let before = Dictionary(uniqueKeysWithValues: (1...50).map { (NodeID($0), address(1)) })
        diff.compareNodes(before) { body in
            for node in UInt32(1)...10 { body(NodeID(node), address(node == 5 ? 2 : 1)) }
            body(NodeID(99), address(9))
        }
        let nodes = diff.nodes
        #expect((nodes.kept, nodes.gone, nodes.came, nodes.moved) == (9, 40, 1, 1))
        #expect(nodes.firstMoved == [NodeID(5)] && nodes.firstCame == [NodeID(99)])
        #expect(nodes.firstGone == (11...30).map { NodeID($0) }, "the first twenty")
        #expect(diff.text.contains("nodes: 9 kept, 1 came, 40 gone, 1 at another endpoint"))
    }
}

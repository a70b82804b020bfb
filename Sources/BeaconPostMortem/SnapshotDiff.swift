public import BeaconBasics
public import BeaconPrinting
public import BeaconRecorder

/// What is different in a later snapshot. Of one beacon in one life counters are subtracted; of another life or another
/// beacon they stand side by side, since they began anew.
public struct SnapshotDiff {
    private let old: Snapshot
    private let new: Snapshot
    public private(set) var nodes = NodeChanges()

    public init(_ old: Snapshot, _ new: Snapshot) {
        self.old = old
        self.new = new
    }

    /// Nodes by what became of them; of each kind the first `shown` ids.
    public struct NodeChanges: Equatable, Sendable {
        public static let shown = 20
        public var kept = 0
        public var gone = 0
        public var came = 0
        public var moved = 0
        public var firstGone: [NodeID] = []
        public var firstCame: [NodeID] = []
        public var firstMoved: [NodeID] = []

        public init() {}
    }

    /// The nodes of both, in any order; those of the old one are held in memory, 40 bytes each.
    public mutating func compareNodes(_ before: [NodeID: Address], _ after: (_ body: (NodeID, Address) -> Void) -> Void)
    {
        var changes = NodeChanges()
        var left = before
        func note(_ node: NodeID, _ list: inout [NodeID]) { if list.count < NodeChanges.shown { list.append(node) } }
        after { node, endpoint in
            switch left.removeValue(forKey: node) {
            case nil:
                changes.came += 1
                note(node, &changes.firstCame)
            case endpoint: changes.kept += 1
            default:
                changes.moved += 1
                note(node, &changes.firstMoved)
            }
        }
        changes.gone = left.count
        changes.firstGone = Array(left.keys.sorted { $0.rawValue < $1.rawValue }.prefix(NodeChanges.shown))
        nodes = changes
    }

    /// Both are of one process.
    public var isOneLife: Bool {
        (old.meta.beaconID, old.meta.session, old.meta.processID) == (
            new.meta.beaconID, new.meta.session, new.meta.processID
        )
            && old.meta.startedAt == new.meta.startedAt
    }

    public var seconds: Double { new.meta.takenAt - old.meta.takenAt }

    public struct Change: Equatable, Sendable {
        public var name: String
        public var old: String
        public var new: String

        /// `-` stands for a value that is not there.
        public init(name: String, old: String, new: String) {
            self.name = name
            self.old = old
            self.new = new
        }
    }

    public var settings: [Change] {
        changes(old.config.map { ($0.key, $0.value) }, new.config.map { ($0.key, $0.value) })
    }

    /// Members' states.
    public var members: [Change] {
        func states(_ snapshot: Snapshot) -> [(String, String)] {
            snapshot.peers.filter { $0.kind == "member" }.map {
                ("\($0.beacon)", ($0.state + ($0.isDraining ? " draining" : "")))
            }
        }
        return changes(states(old), states(new))
    }

    private func changes(_ before: [(String, String)], _ after: [(String, String)]) -> [Change] {
        let old = Dictionary(before, uniquingKeysWith: { $1 })
        let new = Dictionary(after, uniquingKeysWith: { $1 })
        return Set(old.keys).union(new.keys).sorted().compactMap { name in
            guard old[name] != new[name] else { return nil }
            return Change(name: name, old: old[name] ?? "-", new: new[name] ?? "-")
        }
    }

    /// Counters that differ: name, values, and of one life the rate.
    public var counters: [(name: String, old: Double, new: Double, perSecond: Double?)] {
        let before = Dictionary(old.counters.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        return new.counters.compactMap { counter in
            let value = before[counter.name] ?? 0
            guard value != counter.value else { return nil }
            let isRated = isOneLife && seconds > 0 && counter.value > value
            return (counter.name, value, counter.value, isRated ? (counter.value - value) / seconds : nil)
        }
    }

    // MARK: Text

    public var text: String {
        var out = "from \(Self.title(old))\nto   \(Self.title(new))\n"
        if old.meta.beaconID != new.meta.beaconID {
            out += "These are two beacons: nothing is subtracted.\n"
        } else if !isOneLife {
            out += "The beacon has been started anew in between: its counters began at 0.\n"
        }
        if seconds < 0 { out += "The second one is the older one.\n" }
        out += section("settings", settings) + section("members", members)
        let counts = counters
        if !counts.isEmpty {
            var table = TextTable(header: ["counters", "before", "after", "a second"])
            for count in counts {
                table.add([
                    printable(count.name), decimal(count.old, digits: 0), decimal(count.new, digits: 0),
                    count.perSecond.map { decimal($0, digits: 1) } ?? "-",
                ])
            }
            out += table.text
        }
        out += "nodes: \(nodes.kept) kept, \(nodes.came) came, \(nodes.gone) gone, \(nodes.moved) at another endpoint\n"
        out += list("came", nodes.firstCame, nodes.came) + list("gone", nodes.firstGone, nodes.gone)
        return out + list("moved", nodes.firstMoved, nodes.moved)
    }

    private static func title(_ snapshot: Snapshot) -> String {
        "beacon \(snapshot.meta.beaconID), \(UnixTime.text(snapshot.meta.takenAt)), \(snapshot.meta.reason.rawValue)"
    }

    private func section(_ name: String, _ changes: [Change]) -> String {
        guard !changes.isEmpty else { return "" }
        return "\(name)\n"
            + changes.map { "  \(printable($0.name)): \(printable($0.old)) -> \(printable($0.new))\n" }.joined()
    }

    private func list(_ name: String, _ ids: [NodeID], _ count: Int) -> String {
        guard !ids.isEmpty else { return "" }
        return "  \(name): " + ids.map(\.description).joined(separator: " ") + (count > ids.count ? " …\n" : "\n")
    }

    // MARK: JSON

    public var json: JSON {
        .object([
            ("one_life", .bool(isOneLife)), ("seconds", .number(seconds)),
            ("settings", .array(settings.map(Self.json))), ("members", .array(members.map(Self.json))),
            (
                "counters",
                .array(
                    counters.map {
                        .object([
                            ("name", .string($0.name)), ("old", .number($0.old)), ("new", .number($0.new)),
                            ("per_second", .number($0.perSecond)),
                        ])
                    })
            ),
            (
                "nodes",
                .object([
                    ("kept", .int(nodes.kept)), ("came", .int(nodes.came)), ("gone", .int(nodes.gone)),
                    ("moved", .int(nodes.moved)),
                    ("first_came", .array(nodes.firstCame.map { .int($0.rawValue) })),
                    ("first_gone", .array(nodes.firstGone.map { .int($0.rawValue) })),
                    ("first_moved", .array(nodes.firstMoved.map { .int($0.rawValue) })),
                ])
            ),
        ])
    }

    private static func json(_ change: Change) -> JSON {
        .object([("name", .string(change.name)), ("old", .string(change.old)), ("new", .string(change.new))])
    }
}

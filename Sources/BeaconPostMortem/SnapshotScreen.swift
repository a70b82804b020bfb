import BeaconBasics
public import BeaconPrinting
public import BeaconRecorder

/// `beaconctl snapshot show`: one snapshot on one screen.
public struct SnapshotScreen {
    private let snapshot: Snapshot

    public init(_ snapshot: Snapshot) { self.snapshot = snapshot }

    /// Counters whose rates are told.
    private static let rated = ["received", "forwarded", "answered", "dropped", "sent"]
    private static let shownEvents = 10
    private static let shownTalkers = 5

    // MARK: Text

    public var text: String {
        var lines = heading
        lines += rates
        lines += drops
        lines += members
        lines += talkers
        let events = snapshot.events.suffix(Self.shownEvents)
        if !events.isEmpty {
            lines.append("last events (of \(snapshot.events.count) kept)")
            lines += events.map { "  " + EventLine.text($0) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var heading: [String] {
        let meta = snapshot.meta
        let name = meta.beaconID == 0 ? "beacon" : "beacon \(meta.beaconID)"
        let fleet = meta.fleetLabel.isEmpty ? "" : ", fleet \(quoted(meta.fleetLabel))"
        return [
            "\(name) \(printable(meta.version)) on \(printable(meta.host)) (\(printable(meta.kernel)))\(fleet)",
            "taken    \(UnixTime.text(meta.takenAt)), reason: \(meta.reason.rawValue)",
            "started  \(UnixTime.text(meta.startedAt)), \(decimal(meta.takenAt - meta.startedAt, digits: 0)) s before",
            "listen   \(printable(meta.listen))",
            "nodes    \(grouped(meta.nodes))",
        ]
    }

    /// Over the last minute, and over all samples.
    private var rates: [String] {
        guard let last = snapshot.samples.rows.last, let first = snapshot.samples.rows.first, last.time > first.time
        else {
            return []
        }
        var table = TextTable(header: ["a second", "last minute", "all \(Int(last.time - first.time)) s"])
        for name in Self.rated {
            table.add([name] + [60, .infinity].map { rate(of: name, over: $0).map { decimal($0, digits: 1) } ?? "-" })
        }
        return lines(table)
    }

    /// Of a counter, per second, over the last `seconds` for which there are samples; nil if there are not two.
    public func rate(of name: String, over seconds: Double) -> Double? {
        let series = snapshot.samples.series(name)
        guard let last = series.last, let first = series.first(where: { $0.time >= last.time - seconds }),
            last.time > first.time, last.value >= first.value
        else { return nil }
        return Double(last.value - first.value) / (last.time - first.time)
    }

    private var drops: [String] {
        let drops = snapshot.drops.filter { $0.packets > 0 }.sorted { $0.packets > $1.packets }
        guard !drops.isEmpty else { return ["dropped  nothing"] }
        var table = TextTable(header: ["dropped since the start", "datagrams", "a second, last minute"])
        for drop in drops {
            let rate = rate(of: "drop_\(drop.reason)", over: 60).map { decimal($0, digits: 1) } ?? "-"
            table.add([printable(drop.reason), grouped(drop.packets), rate])
        }
        return lines(table)
    }

    private var members: [String] {
        guard !snapshot.peers.isEmpty else { return [] }
        var table = TextTable(header: ["beacon", "kind", "state", "for", "address", "rtt ms", "loss ‰"])
        for peer in snapshot.peers {
            table.add([
                peer.beacon == 0 ? "?" : "\(peer.beacon)", printable(peer.kind),
                printable(peer.state.isEmpty ? "-" : peer.state) + (peer.isDraining ? " draining" : ""),
                peer.since.map { "\(Int(snapshot.meta.takenAt - $0)) s" } ?? "-", printable(peer.address),
                peer.roundTripMilliseconds.map { decimal($0, digits: 1) } ?? "-", "\(peer.lossPerMille)",
            ])
        }
        let verdicts = snapshot.peers.filter { !$0.evidence.isEmpty }.map {
            "  last verdict on \($0.beacon): \(printable($0.evidence))"
        }
        return lines(table) + verdicts
    }

    private var talkers: [String] {
        ["source", "node", "pair"].flatMap { kind -> [String] in
            let rows = snapshot.topTalkers.filter { $0.kind == kind }.sorted { $0.packets > $1.packets }
            guard !rows.isEmpty else { return [] }
            var table = TextTable(header: ["top \(kind)s", "packets", "bytes"])
            for row in rows.prefix(Self.shownTalkers) {
                table.add([printable(row.name), grouped(row.packets), grouped(row.bytes)])
            }
            return lines(table)
        }
    }

    private func lines(_ table: TextTable) -> [String] { table.text.split(separator: "\n").map(String.init) }

    // MARK: JSON

    public var json: JSON {
        let meta = snapshot.meta
        return .object([
            ("beacon_id", .int(meta.beaconID)), ("host", .string(meta.host)), ("version", .string(meta.version)),
            ("fleet_label", .string(meta.fleetLabel)), ("session", .int(meta.session)),
            ("reason", .string(meta.reason.rawValue)), ("taken_at", .number(meta.takenAt)),
            ("started_at", .number(meta.startedAt)), ("listen", .string(meta.listen)), ("nodes", .int(meta.nodes)),
            ("counters", .object(snapshot.counters.map { ($0.name, .number($0.value)) })),
            (
                "rates_last_minute",
                .object(Self.rated.map { ($0, .number(rate(of: $0, over: 60))) })
            ),
            ("drops", .object(snapshot.drops.filter { $0.packets > 0 }.map { ($0.reason, .int($0.packets)) })),
            ("peers", .array(snapshot.peers.map(Self.peer))),
            ("events", .int(snapshot.events.count)), ("samples", .int(snapshot.samples.rows.count)),
        ])
    }

    private static func peer(_ peer: SnapshotPeer) -> JSON {
        .object([
            ("beacon", .int(peer.beacon)), ("kind", .string(peer.kind)), ("address", .string(peer.address)),
            ("state", .string(peer.state)), ("since", .number(peer.since)), ("draining", .bool(peer.isDraining)),
            ("session", .int(peer.session)), ("incarnation", .int(peer.incarnation)),
            ("evidence", .string(peer.evidence)),
        ])
    }
}

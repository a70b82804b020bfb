import BeaconRecorder
import BeaconRelay

extension SnapshotTalker {
    /// Of each kind the first by packets, and those that only the order by bytes has among its first.
    static func rows(_ top: TopTalkers) -> [SnapshotTalker] {
        TalkerKind.allCases.flatMap { kind in
            let byPackets = top.top(kind, by: .packets, limit: shown)
            let names = Set(byPackets.map(\.name))
            let byBytes = top.top(kind, by: .bytes, limit: shown).filter { !names.contains($0.name) }
            return (byPackets + byBytes).map { SnapshotTalker($0) }
        }
    }

    /// Of each kind, by each measure.
    private static let shown = 100

    private init(_ talker: TopTalker) {
        self.init(
            kind: talker.kind.rawValue, name: talker.name, packets: talker.packets, bytes: talker.bytes,
            error: talker.packetsError)
    }
}

import BeaconBasics
import BeaconRelay

extension Report {
    /// `/top`: of each kind the first `limit`.
    static func talkers(_ status: TalkerStatus, by measure: TalkerMeasure, limit: Int) -> Report {
        let top = status.top
        func rows(_ kind: TalkerKind) -> Report {
            .array(
                top.top(kind, by: measure, limit: limit).map {
                    Report(members($0).map { ($0.key, $0.value) } + counts($0))
                })
        }
        return [
            "by": Report(measure.rawValue),
            "window_seconds": Report(seconds: top.span.inSeconds),
            "packets": Report(top.packets),
            "bytes": Report(top.bytes),
            "sampled_one_in": Report(top.sampledOneIn),
            "active_pairs": Report(status.activePairs),
            "sources": rows(.source),
            "nodes": rows(.node),
            "pairs": rows(.pair),
        ]
    }

    /// Who it is.
    private static func members(_ talker: TopTalker) -> KeyValuePairs<String, Report> {
        switch talker.kind {
        case .source: ["source": Report(talker.source.description)]
        case .node: ["node": Report(talker.node.rawValue)]
        case .pair: ["from": Report(talker.sender.rawValue), "to": Report(talker.node.rawValue)]
        }
    }

    private static func counts(_ talker: TopTalker) -> [(String, Report)] {
        [
            ("packets", Report(talker.packets)), ("packets_error", Report(talker.packetsError)),
            ("bytes", Report(talker.bytes)), ("bytes_error", Report(talker.bytesError)),
        ]
    }
}

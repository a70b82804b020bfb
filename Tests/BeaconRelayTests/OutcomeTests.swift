import Testing

@testable import BeaconRelay

@Suite struct OutcomeTests {
    /// Dashboards and alerts name them: a change here breaks somebody's.
    @Test func namesAreWhatTheyAlwaysWere() {
        let names: [Outcome.Group: [String]] = Dictionary(grouping: Outcome.allCases, by: \.group).mapValues {
            $0.map(\.name)
        }
        #expect(names[.answered] == ["discover", "punch", "stun", "stun_error", "sync", "proof", "hello"])
        #expect(names[.forwarded] == ["deliver", "deliver_with_destination", "forward", "mesh", "punch_forwarded"])
        #expect(
            names[.dropped] == [
                "empty", "unknown_type", "runt", "malformed", "stun_malformed", "stun_ignored", "bad_source",
                "own_source",
                "truncated", "unknown_destination", "relay_rate", "unproven_rate", "bounce", "hop_limit",
                "mesh_unauthenticated", "mesh_stranger", "table_full",
                "punch_source_rate", "punch_prefix_rate", "punch_grant", "punch_unknown_target", "punch_overload",
                "unsolicited_proof", "sync_stranger", "sync_overload", "sync_member", "hello_unauthenticated",
                "hello_overload", "send_busy", "send_unreachable", "send_too_big", "send_failed",
            ])
    }

    @Test func namesFitMetricLabelsAndAreUnique() {
        let kinds = ReceivedKind.allCases.map(\.name) + SentKind.allCases.map { "sent " + $0.name }
        let names = Outcome.allCases.map { "outcome " + $0.name } + kinds
        #expect(Set(names).count == names.count)
        for name in Outcome.allCases.map(\.name) + ReceivedKind.allCases.map(\.name) + SentKind.allCases.map(\.name) {
            #expect(name.allSatisfy { $0 == "_" || ("a"..."z").contains($0) }, "\(name)")
        }
    }

    @Test func kindsAreWhatTheyAlwaysWere() {
        #expect(
            ReceivedKind.allCases.map(\.name) == [
                "stun", "discover", "discover_ex", "punch", "relay", "sync", "proof", "hello", "mesh", "other",
            ])
        #expect(
            SentKind.allCases.map(\.name) == [
                "discover_reply", "punch_command", "deliver", "deliver_with_destination", "forward", "stun", "notify",
                "sync",
                "probe", "mesh", "hello", "repeated",
            ])
    }

    /// Raw values are places in a counter block.
    @Test func rawValuesAreDense() {
        #expect(Outcome.allCases.map(\.rawValue) == Array(0..<UInt8(Outcome.allCases.count)))
        #expect(ReceivedKind.allCases.map(\.rawValue) == Array(0..<UInt8(ReceivedKind.allCases.count)))
        #expect(SentKind.allCases.map(\.rawValue) == Array(0..<UInt8(SentKind.allCases.count)))
    }
}

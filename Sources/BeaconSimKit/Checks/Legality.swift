import BeaconBasics
import BeaconMembership

/// Which changes of one member at one observer are legal, whoever caused them.
enum Legality {
    /// nil = legal.
    static func fault(from row: MemberRow, to member: Member) -> (Property, String)? {
        guard let old = row.state else { return nil }
        let text = "\(row.text) -> \(member.text)"
        if member.session.rawValue != row.session {
            return member.session.rawValue < row.session ? (.s1, "session falls: \(text)") : nil
        }
        if member.incarnation < row.incarnation { return (.s1, "incarnation falls: \(text)") }
        if old == .left, member.state != .left {
            return member.state == .alive && member.incarnation > row.incarnation ? nil : (.s5, text)
        }
        guard member.incarnation == row.incarnation else {
            // A later incarnation: alive or suspected again, dead again; all news of a later word of the member's own.
            return nil
        }
        switch (old, member.state) {
        case (.dead, .alive), (.dead, .suspect): return (.s2, text)
        case (.suspect, .alive): return (.s3, text)
        default: return nil
        }
    }
}

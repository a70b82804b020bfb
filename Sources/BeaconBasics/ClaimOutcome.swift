/// What has become of a claim to a node id that another beacon has (DESIGN.md §4).
public enum ClaimOutcome: Equatable, Sendable {
    /// The node no longer lives where it was: the claimant has the id.
    case granted
    /// The node has proven that it lives: it keeps the id, and the claimant is not listened to for a while.
    case refused
    /// Nobody could say: its beacon was silent or busy, or there was no room. Nothing changes, and the claimant may try
    /// again at once.
    case undecided
}

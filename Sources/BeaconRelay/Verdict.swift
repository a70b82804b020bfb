public import BeaconBasics

/// What is to be done about one received datagram. Nothing in it owns memory.
public enum Verdict: BitwiseCopyable, Sendable {
    /// Nothing; count it.
    case drop(Outcome)
    /// Taken in; nothing is sent.
    case accept(Outcome)
    /// The first `length` bytes of the reply buffer go back to the sender, from the address it asked.
    case reply(length: Int, kind: SentKind, outcome: Outcome)
    /// The datagram goes on without its first `skip` bytes.
    case forward(to: Endpoint, skip: Int, kind: SentKind, outcome: Outcome)
    /// The first `header` bytes of the reply buffer and then the datagram without its first `skip` bytes go on, as one.
    case encapsulate(to: Endpoint, header: Int, skip: Int, kind: SentKind, outcome: Outcome)
    /// The node has moved, and frames that it may have missed are to go first: `RelayShard.repeatFrames`, then the datagram
    /// once more.
    case repeatFirst(NodeID)
    /// Two commands 04 (protocol.md §1.4), in this order: to `requester` with `target`'s address, and the other way
    /// round.
    case punch(requester: Endpoint, target: Endpoint)
    /// A 07 for the housekeeper: taking a long list is no work for a shard.
    case sync
}

/// What became of one received datagram. Every datagram ends in exactly one of these, so that
/// received = answered + forwarded + dropped holds at every reading.
public enum Outcome: UInt8, CaseIterable, BitwiseCopyable, Sendable {
    // Answered: handled by this beacon itself.
    /// 01 or 08: a reply 02 went out.
    case discover
    /// 03: both sides were sent a command 04.
    case punch
    /// STUN Binding request: success response.
    case stun
    /// STUN Binding request with attributes that must be understood and are not: error 420.
    case stunError
    /// 07: the sender's list of nodes was taken.
    case sync
    /// `PILP` from an endpoint that was asked to prove that it lives.
    case proof

    // Forwarded: the frame went on.
    /// 05 → 06 to a node of this beacon.
    case deliver
    /// 05 → 09 to a node that registered with 08.
    case deliverWithDestination
    /// 05 unchanged to another beacon.
    case forward

    // Dropped, by reason.
    /// No byte at all.
    case empty
    /// A first byte that this beacon does not receive.
    case unknownType
    /// Shorter than its type's minimum.
    case runt
    /// Not well-formed: a 07 that lists fewer ids than it counts.
    case malformed
    /// First byte 00, but not a STUN Binding request that may be answered (RFC 8489 §6.3).
    case stunMalformed
    /// A STUN indication or a method other than Binding: well-formed, never answered.
    case stunIgnored
    /// A source that nobody can reply to: port 0, multicast, broadcast, unspecified.
    case badSource
    /// A source that is this beacon itself.
    case ownSource
    /// Cut by the receive buffer.
    case truncated
    /// 05 to a node that neither this beacon nor a peer knows.
    case unknownDestination
    /// 05 over its source's relay budget.
    case relayRate
    /// 05 to an endpoint that has never proven that it lives, over `--unproven-rate`.
    case unprovenRate
    /// 05 that would go back to the beacon it came from.
    case bounce
    /// 05 from another beacon for a node that is not here: a frame is passed on between beacons once.
    case hopLimit
    /// 01 or 08 of a new id while the node table is full.
    case tableFull
    /// 03 over its source's budget.
    case punchSourceRate
    /// 03 over the budget of its source's prefix.
    case punchPrefixRate
    /// 03 without a valid grant where one is required.
    case punchGrant
    /// 03 for a target that is not registered here.
    case punchUnknownTarget
    /// `PILP` from an endpoint that nobody asked.
    case unsolicitedProof
    /// 07 from an address that neither `--peers` nor the registry names, in strict mode.
    case syncStranger
    /// 07 while the queue to the housekeeper, or the table of senders, is full.
    case syncOverload
    /// The kernel would not take the message now: no buffers.
    case sendBusy
    /// No route, host or port unreachable, or forbidden by a local filter.
    case sendUnreachable
    /// Larger than the route takes.
    case sendTooBig
    /// Any other error of a send.
    case sendFailed

    /// `allCases.count`, as a constant.
    @inlinable public static var count: Int { Int(sendFailed.rawValue) + 1 }

    public enum Group: String, CaseIterable, Sendable { case answered, forwarded, dropped }

    @inlinable
    public var group: Group {
        if rawValue < Outcome.deliver.rawValue { return .answered }
        return rawValue < Outcome.empty.rawValue ? .forwarded : .dropped
    }

    /// The name in `/drops`, `/stats` and metric labels; stable.
    public var name: String {
        switch self {
        case .discover: "discover"
        case .punch: "punch"
        case .stun: "stun"
        case .stunError: "stun_error"
        case .sync: "sync"
        case .proof: "proof"
        case .deliver: "deliver"
        case .deliverWithDestination: "deliver_with_destination"
        case .forward: "forward"
        case .empty: "empty"
        case .unknownType: "unknown_type"
        case .runt: "runt"
        case .malformed: "malformed"
        case .stunMalformed: "stun_malformed"
        case .stunIgnored: "stun_ignored"
        case .badSource: "bad_source"
        case .ownSource: "own_source"
        case .truncated: "truncated"
        case .unknownDestination: "unknown_destination"
        case .relayRate: "relay_rate"
        case .unprovenRate: "unproven_rate"
        case .bounce: "bounce"
        case .hopLimit: "hop_limit"
        case .tableFull: "table_full"
        case .punchSourceRate: "punch_source_rate"
        case .punchPrefixRate: "punch_prefix_rate"
        case .punchGrant: "punch_grant"
        case .punchUnknownTarget: "punch_unknown_target"
        case .unsolicitedProof: "unsolicited_proof"
        case .syncStranger: "sync_stranger"
        case .syncOverload: "sync_overload"
        case .sendBusy: "send_busy"
        case .sendUnreachable: "send_unreachable"
        case .sendTooBig: "send_too_big"
        case .sendFailed: "send_failed"
        }
    }
}

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
    /// 0B from a beacon of our fleet: handed to the control plane.
    case hello

    // Forwarded: the frame went on.
    /// 05 → 06 to a node of this beacon.
    case deliver
    /// 05 → 09 to a node that registered with 08.
    case deliverWithDestination
    /// 05 unchanged to another beacon.
    case forward
    /// 05 or 0C to the beacon of the fleet that has the node, as 0C.
    case mesh
    /// 03 for a node of another beacon of the fleet: handed to the control plane.
    case punchForwarded

    // Dropped, by reason.
    /// No byte at all.
    case empty
    /// A first byte that this beacon does not receive.
    case unknownType
    /// Shorter than its type's minimum.
    case runt
    /// Not well-formed: a 07 that lists fewer ids than it counts; a 0B or 0C of a version or kind that is not ours.
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
    /// 05 or 0C to a node that neither this beacon nor a peer knows.
    case unknownDestination
    /// 05 over its source's relay budget.
    case relayRate
    /// 05 to an endpoint that has never proven that it lives, over `--unproven-rate`.
    case unprovenRate
    /// 05 or 0C that would go back to the beacon it came from.
    case bounce
    /// A frame from another beacon for a node that is not here, and that has been passed on between beacons as often as
    /// it may: a 05 once, a 0C twice.
    case hopLimit
    /// 0C without a MAC by a key of the fleet.
    case meshUnauthenticated
    /// 0C with a good MAC, but not from the data address of a live member.
    case meshStranger
    /// 01 or 08 of a new id while the node table is full.
    case tableFull
    /// 03 over its source's budget.
    case punchSourceRate
    /// 03 over the budget of its source's prefix.
    case punchPrefixRate
    /// 03 without a valid grant where one is required.
    case punchGrant
    /// 03 for a target that is registered neither here nor, as far as is known, at a beacon of the fleet.
    case punchUnknownTarget
    /// 03 for a node of another beacon while the queue to the control plane is full.
    case punchOverload
    /// `PILP` from an endpoint that nobody asked.
    case unsolicitedProof
    /// 07 from an address that neither `--peers` nor the registry names, in strict mode.
    case syncStranger
    /// 07 while the queue to the housekeeper, or the table of senders, is full.
    case syncOverload
    /// 07 from a beacon of our fleet: the directory knows better.
    case syncMember
    /// 0B without a MAC by a key of the fleet.
    case helloUnauthenticated
    /// 0B while the queue to the control plane is full.
    case helloOverload
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
        case .hello: "hello"
        case .deliver: "deliver"
        case .deliverWithDestination: "deliver_with_destination"
        case .forward: "forward"
        case .mesh: "mesh"
        case .punchForwarded: "punch_forwarded"
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
        case .meshUnauthenticated: "mesh_unauthenticated"
        case .meshStranger: "mesh_stranger"
        case .tableFull: "table_full"
        case .punchSourceRate: "punch_source_rate"
        case .punchPrefixRate: "punch_prefix_rate"
        case .punchGrant: "punch_grant"
        case .punchUnknownTarget: "punch_unknown_target"
        case .punchOverload: "punch_overload"
        case .unsolicitedProof: "unsolicited_proof"
        case .syncStranger: "sync_stranger"
        case .syncOverload: "sync_overload"
        case .syncMember: "sync_member"
        case .helloUnauthenticated: "hello_unauthenticated"
        case .helloOverload: "hello_overload"
        case .sendBusy: "send_busy"
        case .sendUnreachable: "send_unreachable"
        case .sendTooBig: "send_too_big"
        case .sendFailed: "send_failed"
        }
    }
}

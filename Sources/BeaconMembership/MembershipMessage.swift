public import BeaconBasics

// Each message is type(1) length(varint) body. The bodies:
//
// | type | message    | body |
// | ---- | ---------- | ---- |
// | 01   | ping       | sequence(4) target(4) flags(1: bit 0 = held follows) [ state(1) session(6) incarnation(4) ] |
// | 02   | ack        | sequence(4) incarnation(4) flags(1: bit 0 wants our record, bit 1 draining, bits 4–7 local health) [ drain ] |
// | 03   | relay      | sequence(4) target(4) flags(1: bit 0 = tell what you know) wait(2, ms) |
// | 04   | relayed    | sequence(4) target(4) session(6) incarnation(4) flags(1: bit 1 draining) [ drain ] |
// | 05   | nack       | sequence(4) |
// | 06   | records    | record* (MemberRecord.swift) |
// | 07   | join       | token(4) record |
// | 08   | welcome    | token(4) members(4) record* (the first is the sender's) |
// | 09   | digest     | hash(8) members(4) flags(1: bit 0 = answer) |
// | 0A   | confirm    | record (a suspicion) |
// | 0B   | leave      | record (left) |
// | 0C   | leaveHeard | incarnation(4) |
// | 0D   | identity   | birth(6) flags(1: bit 0 = answer) address(7 or 19) |
//
// `drain` follows a flag of draining: the deadline(4), Unix seconds. Unknown flags and what follows a fixed body are ignored.

/// What the receiver of a ping is held for, when that is not simply alive: so that it is the first to hear of it.
public struct HeldState: Hashable, Sendable {
    public var state: MemberState
    public var session: SessionID
    public var incarnation: UInt32
}

/// The membership's messages.
public enum MembershipMessage: Hashable, Sendable {
    case ping(sequence: UInt32, target: BeaconID, held: HeldState?)
    case ack(sequence: UInt32, incarnation: UInt32, drain: DrainDeadline?, health: UInt8, wantsRecord: Bool)
    /// Please ping the target for me: a `relayed` when it answers, a `nack` when it does not in `wait` milliseconds.
    case relay(sequence: UInt32, target: BeaconID, wait: UInt16, tell: Bool)
    case relayed(sequence: UInt32, target: BeaconID, session: SessionID, incarnation: UInt32, drain: DrainDeadline?)
    case nack(sequence: UInt32)
    case records([MemberRecord])
    case join(token: UInt32, MemberRecord)
    /// `members` is the size of the sender's table: more than the records at hand means that there is more to fetch.
    case welcome(token: UInt32, members: UInt32, [MemberRecord])
    case digest(hash: UInt64, members: UInt32, isAnswer: Bool)
    /// Please probe this suspect at once, and accuse or clear it.
    case confirm(MemberRecord)
    case leave(MemberRecord)
    case leaveHeard(incarnation: UInt32)
    /// Between two processes with one beacon id: the session each was born with decides.
    case identity(birth: SessionID, control: Address, isAnswer: Bool)

    public var type: UInt8 {
        switch self {
        case .ping: 0x01
        case .ack: 0x02
        case .relay: 0x03
        case .relayed: 0x04
        case .nack: 0x05
        case .records: 0x06
        case .join: 0x07
        case .welcome: 0x08
        case .digest: 0x09
        case .confirm: 0x0A
        case .leave: 0x0B
        case .leaveHeard: 0x0C
        case .identity: 0x0D
        }
    }

    static let recordsType: UInt8 = 0x06
}

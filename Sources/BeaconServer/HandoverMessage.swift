import BeaconBasics
import BeaconRelay

/// What two processes of one host say to each other when one takes over from the other, one message a packet of a
/// SOCK_SEQPACKET socket:
///
/// | offset | size | field |
/// | --- | --- | --- |
/// | 0 | 4 | `BCNH` |
/// | 4 | 2 | format version, big-endian like everything |
/// | 6 | 1 | kind |
/// | 7 | … | by kind; the whole rest of the packet |
///
/// Texts are a 16-bit length and UTF-8. `HandoverMessage+Codec.swift` has the layouts.
enum HandoverMessage: Equatable, Sendable {
    static let version: UInt16 = 1
    /// Bytes of the longest packet; what decides how many nodes share one.
    static let maximumLength = 65_536
    /// Rows of one packet at most: 80 bytes each.
    static let maximumNodes = 800

    /// Successor: let me take over.
    case ask(HandoverIdentity)
    /// Predecessor: no, and why. It goes on serving.
    case refused(String)
    /// Predecessor: these are the sockets that come with this packet.
    case sockets(HandoverSockets)
    /// Predecessor: the host's addresses by number, from 1 on, in place of those before.
    case locals([Address])
    case nodes([HandedNode])
    case gone([NodeID])
    /// Predecessor: that was everything as of now.
    case tablesSent
    /// Successor: all is set up but for the last changes.
    case ready
    /// Predecessor: nobody reads the sockets since `since` (monotonic nanoseconds), and all changes are out.
    case stopped(since: UInt64)
    /// Successor: I have them and take the sockets, once you say so.
    case taking
    /// Predecessor: they are yours.
    case yours
    /// Successor: I read them.
    case running
}

/// What both must have in common.
struct HandoverIdentity: Equatable, Sendable {
    var beaconID: UInt32
    var label: String
    /// Addresses as configured: data, control, admin and health. Empty: none.
    var addresses: [String]
    var shards: UInt16
    /// Whether it takes part in a fleet.
    var isInFleet: Bool

    static let addressNames = ["addr", "gossip-addr", "admin", "health"]

    /// Why `successor` cannot take over from us; nil if it can.
    func refusal(of successor: HandoverIdentity) -> String? {
        if successor.beaconID != beaconID {
            return "beacon-id is \(beaconID) here and \(successor.beaconID) at the successor"
        }
        if successor.label != label {
            return "fleet-label is \(quoted(label)) here and \(quoted(successor.label)) at the successor"
        }
        for (name, (ours, theirs)) in zip(Self.addressNames, zip(addresses, successor.addresses)) where ours != theirs {
            return "\(name) is \(quoted(ours)) here and \(quoted(theirs)) at the successor"
        }
        // A flow stays on the socket that the kernel hashes it to: with other sockets it would change its thread.
        if successor.shards != shards {
            return "shards are \(shards) here and \(successor.shards) at the successor"
        }
        if isInFleet || successor.isInFleet {
            return "a beacon of a fleet cannot be handed over: its session would end. Drain it instead"
        }
        return nil
    }
}

/// Which descriptors a packet carries: the shards' data sockets first, then the listeners that exist.
struct HandoverSockets: Equatable, Sendable {
    /// The data plane's address as bound.
    var listen: Address
    var shards: UInt16
    var hasAdmin: Bool
    var hasHealth: Bool
    /// Id of the newest event told.
    var newestEvent: UInt64
    /// Live settings that an operator has changed.
    var settings: [Setting]

    struct Setting: Equatable, Sendable {
        var key: String
        var value: String
    }

    var descriptorCount: Int { Int(shards) + (hasAdmin ? 1 : 0) + (hasHealth ? 1 : 0) }
}

/// Why a packet was not understood.
enum HandoverFault: Error, Equatable, CustomStringConvertible {
    case notOurs
    case version(UInt16)
    case malformed

    var description: String {
        switch self {
        case .notOurs: "what came is no hand-over message"
        case .version(let theirs):
            "the other process speaks version \(theirs) of the hand-over, this one version \(HandoverMessage.version)"
        case .malformed: "a hand-over message is malformed"
        }
    }
}

public import BeaconBasics
import Glibc

/// Writes relay frames and knows them again: every frame that leaves is entered, every datagram that comes is checked
/// against what left, to the last byte.
public struct RelayLedger: ~Copyable {
    public let plan: RelayPlan
    private let key: KeyedHash
    private let tail: [UInt8]
    private var flows: FlowTable
    public private(set) var tally = RelayTally()

    /// Bytes of a frame that comes back.
    public static func deliveredSize(_ plan: RelayPlan) -> Int { Frames.deliverHeader + plan.payload }

    public init(_ plan: RelayPlan, using dice: inout some RandomNumberGenerator) {
        self.plan = plan
        key = KeyedHash(using: &dice)
        tail = filler(bytes: plan.payload - FrameStamp.size, seed: dice.next())
        flows = FlowTable(flows: plan.nodes * plan.senders)
    }

    /// Fills the part of a frame that is always the same.
    public func writeFiller(to frame: inout MutableRawSpan) {
        for (offset, byte) in tail.enumerated() {
            frame.storeBytes(of: byte, toByteOffset: Frames.relayHeader + FrameStamp.size + offset, as: UInt8.self)
        }
    }

    /// Writes header and stamp of the next frame of a sender to a destination, both counted from 0.
    public mutating func write(
        to frame: inout MutableRawSpan, sender: Int, destination: Int, at now: Moment
    ) {
        let id = NodeID(plan.senderBase + UInt32(sender))
        Frames.writeRelayHeader(sender: id, destination: NodeID(plan.baseID + UInt32(destination)), to: &frame)
        let sequence = flows.number(flow(sender, destination))
        let stamp = FrameStamp(destination: UInt32(destination), sequence: sequence, sentAt: now)
        stamp.write(to: &frame, offset: Frames.relayHeader, sender: id.rawValue, key: key)
    }

    /// Frames that were written have left.
    public mutating func sent(_ count: Int) { tally.sent += UInt64(count) }

    /// Counts a datagram that came to the socket of that index; its stamp if it is a new frame.
    public mutating func accept(_ datagram: RawSpan, at socket: Int) -> FrameStamp? {
        guard let sender = Frames.deliverSender(datagram) else {
            countOther(datagram)
            return nil
        }
        guard let stamp = stamp(of: datagram, sender) else {
            tally.corrupted += 1
            return nil
        }
        guard Int(stamp.destination) % plan.receivers == socket else {
            tally.misdelivered += 1
            return nil
        }
        let index = Int(sender.rawValue &- plan.senderBase)
        return count(flows.arrive(flow(index, Int(stamp.destination)), stamp.sequence)) ? stamp : nil
    }

    /// Late replies to the registration and probes of the beacon are its right; anything else is not.
    private mutating func countOther(_ datagram: RawSpan) {
        let isControl = [Frames.discoverReply, Frames.punchCommand].contains {
            Frames.endpoint(datagram, type: $0) != nil
        }
        if isControl { tally.unrelated += 1 } else { tally.corrupted += 1 }
    }

    /// The frame's stamp if every byte is what was sent.
    private func stamp(of datagram: RawSpan, _ sender: NodeID) -> FrameStamp? {
        let tailOffset = Frames.deliverHeader + FrameStamp.size
        guard datagram.byteCount == Self.deliveredSize(plan), isTail(datagram, from: tailOffset) else { return nil }
        let payload = datagram.extracting(droppingFirst: Frames.deliverHeader)
        guard let stamp = FrameStamp(payload, sender: sender.rawValue, key: key),
            Int(sender.rawValue &- plan.senderBase) < plan.senders, Int(stamp.destination) < plan.nodes
        else { return nil }
        return stamp
    }

    private func isTail(_ datagram: RawSpan, from offset: Int) -> Bool {
        datagram.withUnsafeBytes { datagram in
            tail.withUnsafeBytes { tail in
                guard let expected = tail.baseAddress, let actual = datagram.baseAddress else { return true }
                return memcmp(expected, actual + offset, tail.count) == 0
            }
        }
    }

    /// True if the frame is a new one.
    private mutating func count(_ arrival: Arrival) -> Bool {
        switch arrival {
        case .inOrder: break
        case .reordered: tally.reordered += 1
        case .duplicate: tally.duplicated += 1
        case .unclassified: tally.unclassified += 1
        case .neverSent: tally.corrupted += 1
        }
        let isNew = arrival == .inOrder || arrival == .reordered
        tally.delivered += isNew ? 1 : 0
        return isNew
    }

    private func flow(_ sender: Int, _ destination: Int) -> Int { destination * plan.senders + sender }
}

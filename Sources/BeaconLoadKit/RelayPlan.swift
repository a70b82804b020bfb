import BeaconBasics
public import BeaconPrinting

/// What a relay load sends.
public struct RelayPlan: Hashable, Sendable {
    /// Registered nodes, their ids in a row from `baseID`.
    public var nodes = 1024
    /// Sockets that the nodes live on, in turn, and sockets that send.
    public var receivers = 64
    public var senders = 64
    /// Bytes after the relay header.
    public var payload = 1200
    /// Frames in a row to one destination.
    public var burst = 1
    public var order = DestinationOrder.Kind.random
    /// Bursts leave as one UDP_SEGMENT message.
    public var gso = false
    public var pace = Pace.window(512)
    public var baseID: UInt32 = 1000

    public init() {}

    /// Frames handed to the kernel by one call, in plain mode.
    public static let plainBatch = 64
    /// Segments that the kernel takes in one GSO message.
    static let segmentLimit = 64
    /// Payload of the largest UDP datagram over IPv4.
    static let datagramLimit = 65_507

    /// Bytes of a frame towards the beacon.
    public var frameSize: Int { Frames.relayHeader + payload }

    /// The most frames that one call hands to the kernel.
    public var batch: Int {
        let limit = gso ? min(Self.segmentLimit, Self.datagramLimit / frameSize) : Self.plainBatch
        if case .window(let window) = pace { return max(1, min(limit, window)) }
        return max(1, limit)
    }

    /// Frames leave in multiples of this: in whole bursts as long as one fits into a batch. A closed loop fills its
    /// batches, an open one sends each burst when it is due.
    public var quantum: Int {
        let whole = burst >= batch ? batch : batch - batch % burst
        if case .rate = pace { return min(burst, batch) }
        return whole
    }

    /// Ids of the senders follow those of the nodes; they are not registered, and need not be (protocol.md §1.5).
    public var senderBase: UInt32 { baseID + UInt32(nodes) }

    /// Bytes that the receivers' kernel buffers must hold in the worst case, all of a window at one socket, with the
    /// kernel's overhead for each datagram.
    public var worstQueue: Int {
        guard case .window(let window) = pace else { return 0 }
        return window * (2 * frameSize + 512)
    }

    /// Why the plan cannot be run, in the words of the command's options; nil if it can.
    public var fault: String? {
        if !(1...4_194_304).contains(nodes) { return "--nodes must be 1 to 4194304" }
        if !(1...4096).contains(receivers) { return "--receivers must be 1 to 4096" }
        if !(1...4096).contains(senders) { return "--senders must be 1 to 4096" }
        if nodes * senders > FlowTable.flowLimit {
            return "--nodes times --senders must be at most \(FlowTable.flowLimit)"
        }
        if UInt64(baseID) + UInt64(nodes + senders) > 1 << 32 { return "--base-id leaves no room for that many ids" }
        if !(FrameStamp.size...Self.datagramLimit - Frames.relayHeader).contains(payload) {
            return "--payload must be \(FrameStamp.size) to \(Self.datagramLimit - Frames.relayHeader) bytes"
        }
        if !(1...1_000_000).contains(burst) { return "--flow must be 1 to 1000000" }
        return pace.fault
    }
}

extension Pace {
    /// Why the pace is none, in the words of the command's options.
    public var fault: String? {
        switch self {
        case .window(let window): (1...1_000_000).contains(window) ? nil : "--window must be 1 to 1000000"
        case .rate(let rate): rate > 0 && rate <= 1e8 ? nil : "--rate must be more than 0 and at most 100000000"
        }
    }

    public var json: (String, JSON) {
        switch self {
        case .window(let window): ("window", .int(window))
        case .rate(let rate): ("rate", .number(rate))
        }
    }
}

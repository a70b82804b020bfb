import Synchronization

/// What an operator may change while the beacon runs. Written by the admin thread, read by each shard once a batch.
public final class LiveSettings: Sendable {
    private let relayRateValue: Atomic<UInt32>
    private let unprovenRateValue: Atomic<UInt32>
    private let punchSourceRateValue: Atomic<UInt32>
    private let punchPrefixRateValue: Atomic<UInt32>
    private let receivePauseValue: Atomic<UInt32>
    private let switches: Atomic<UInt32>

    public init(
        relayRate: UInt32 = 4_000, unprovenRate: UInt32 = 0, punchSourceRate: UInt32 = 1, punchPrefixRate: UInt32 = 64,
        receivePause: UInt32 = 80, offloads: Offloads = .all
    ) {
        relayRateValue = Atomic(relayRate)
        unprovenRateValue = Atomic(unprovenRate)
        punchSourceRateValue = Atomic(punchSourceRate)
        punchPrefixRateValue = Atomic(punchPrefixRate)
        receivePauseValue = Atomic(receivePause)
        switches = Atomic(offloads.rawValue)
    }

    /// Relayed frames a second and source (IP and port), one second's worth at once; 0 = no limit.
    public var relayRate: UInt32 {
        get { relayRateValue.load(ordering: .relaxed) }
        set { relayRateValue.store(newValue, ordering: .relaxed) }
    }

    /// Relayed frames a second to an endpoint that has never proven that it lives; 0 = off.
    public var unprovenRate: UInt32 {
        get { unprovenRateValue.load(ordering: .relaxed) }
        set { unprovenRateValue.store(newValue, ordering: .relaxed) }
    }

    /// Punch requests a second from one IP address, and from one prefix (/24, /56); 0 = no limit.
    public var punchSourceRate: UInt32 {
        get { punchSourceRateValue.load(ordering: .relaxed) }
        set { punchSourceRateValue.store(newValue, ordering: .relaxed) }
    }

    public var punchPrefixRate: UInt32 {
        get { punchPrefixRateValue.load(ordering: .relaxed) }
        set { punchPrefixRateValue.store(newValue, ordering: .relaxed) }
    }

    /// How long a busy shard lets datagrams gather before it receives again, in microseconds; 0 = not at all.
    public var receivePause: UInt32 {
        get { receivePauseValue.load(ordering: .relaxed) }
        set { receivePauseValue.store(newValue, ordering: .relaxed) }
    }

    public var offloads: Offloads {
        get { Offloads(rawValue: switches.load(ordering: .relaxed)) }
        set { switches.store(newValue.rawValue, ordering: .relaxed) }
    }
}

/// What the data plane may use of the kernel's help. Constants are computed: a stored static would be looked up through
/// a once-token on the packet path.
public struct Offloads: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Many datagrams a system call.
    @inlinable public static var batch: Offloads { Offloads(rawValue: 1) }
    /// UDP_GRO: several datagrams in one receive buffer, once bursts are seen.
    @inlinable public static var gro: Offloads { Offloads(rawValue: 2) }
    /// UDP_GRO always.
    @inlinable public static var groAlways: Offloads { Offloads(rawValue: 4) }
    /// Frames to one destination are gathered at the end of a batch.
    @inlinable public static var regroup: Offloads { Offloads(rawValue: 8) }
    /// UDP_SEGMENT: gathered frames of one size leave as one message.
    @inlinable public static var gso: Offloads { Offloads(rawValue: 16) }

    @inlinable public static var all: Offloads { [.batch, .gro, .regroup, .gso] }
}

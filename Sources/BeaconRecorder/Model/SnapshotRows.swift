/// A setting as it was.
public struct SnapshotSetting: Equatable, Sendable {
    public var key: String
    /// Secrets show as `***`.
    public var value: String
    /// "default", "file", "environment", "flag" or "admin".
    public var source: String

    public init(key: String, value: String, source: String) {
        self.key = key
        self.value = value
        self.source = source
    }
}

/// A counter (since start) or a gauge (now). Names are those of the columns of `samples`: `received`, `drop_runt`, ….
public struct SnapshotCounter: Equatable, Sendable {
    public var name: String
    public var value: Double

    public init(name: String, value: Double) {
        self.name = name
        self.value = value
    }
}

/// One data-plane thread.
public struct SnapshotShard: Equatable, Sendable {
    public var index = 0
    public var cpuSeconds = 0.0
    /// Since it last published its counters; a shard that hangs stops publishing.
    public var ageSeconds = 0.0
    public var received: UInt64 = 0
    public var answered: UInt64 = 0
    public var forwarded: UInt64 = 0
    public var dropped: UInt64 = 0
    public var sent: UInt64 = 0
    public var receiveCalls: UInt64 = 0
    public var sendCalls: UInt64 = 0
    public var receiveErrors: UInt64 = 0
    /// Datagrams that the kernel dropped because the socket's queue was full, and bytes in that queue now.
    public var socketOverflows: UInt64 = 0
    public var socketQueueBytes: UInt64 = 0
    public var socketBufferBytes: UInt64 = 0
    /// Those in use, by name, separated by blanks.
    public var offloads = ""

    public init() {}
}

/// Another beacon.
public struct SnapshotPeer: Equatable, Sendable {
    /// 0: not known (a peer that has not answered yet).
    public var beacon: UInt32 = 0
    /// "member", "reference", "blocked" or "unknown".
    public var kind = ""
    /// Where frames for its nodes go.
    public var address = ""
    /// Empty for a reference beacon.
    public var control = ""
    /// "alive", "suspect", "dead" or "left"; empty for a reference beacon.
    public var state = ""
    /// Unix seconds of its last change.
    public var since: Double?
    public var isDraining = false
    public var session: UInt64 = 0
    public var incarnation: UInt32 = 0
    public var roundTripMilliseconds: Double?
    public var lossPerMille = 0
    public var health = 0
    public var version = ""
    /// Of a reference beacon: nodes that it lists, and when it last did.
    public var nodes = 0
    public var lastSync: Double?
    /// The last verdict's, as `name=value` separated by blanks; empty if there was none.
    public var evidence = ""

    public init() {}
}

/// A member's state has changed, as this beacon saw it.
public struct SnapshotPeerChange: Equatable, Sendable {
    /// Unix seconds.
    public var time = 0.0
    public var beacon: UInt32 = 0
    /// "alive", "suspect", "dead" or "left"; `was` is empty for a member that is new.
    public var state = ""
    public var was = ""
    public var isDraining = false
    public var session: UInt64 = 0
    public var incarnation: UInt32 = 0
    /// As `name=value` separated by blanks: who accused it, which ways to it were tried in vain.
    public var evidence = ""

    public init() {}
}

/// One beacon's log in the directory of nodes, this beacon's own among them.
public struct SnapshotOwner: Equatable, Sendable {
    public var owner: UInt32 = 0
    public var session: UInt64 = 0
    /// The number of the last change that it told of, and of the last one that is here.
    public var head: UInt64 = 0
    public var cursor: UInt64 = 0
    public var entries = 0
    /// 16 hexadecimal digits: equal cursors mean equal digests.
    public var digest = ""
    /// Unix seconds when the cursor last moved or was confirmed.
    public var confirmed = 0.0
    public var isRoutable = false

    public init() {}
}

/// Dropped datagrams of one reason, since start.
public struct SnapshotDrop: Equatable, Sendable {
    public var reason: String
    public var packets: UInt64

    public init(reason: String, packets: UInt64) {
        self.reason = reason
        self.packets = packets
    }
}

/// Who sends or gets most.
public struct SnapshotTalker: Equatable, Sendable {
    /// What `name` is: "source" (an endpoint), "node" (a destination's id), "pair" (sender->destination), or another of a
    /// few fixed words.
    public var kind: String
    public var name: String
    public var packets: UInt64
    public var bytes: UInt64
    /// `packets` may be too high by so much: the count is kept in fixed memory.
    public var error: UInt64

    public init(kind: String, name: String, packets: UInt64, bytes: UInt64, error: UInt64 = 0) {
        self.kind = kind
        self.name = name
        self.packets = packets
        self.bytes = bytes
        self.error = error
    }
}

import BeaconBasics

/// How many streams are served at once, and how much of their requests is held before anybody has proven anything. No
/// host can use up what is there for all.
struct StreamGate {
    static let maximumStreams = 256
    static let maximumBytes = 16 << 20
    /// From one IP address.
    static let maximumPerHost = 16
    static let maximumBytesPerHost = 4 << 20

    private(set) var streams = 0
    private(set) var refused: UInt64 = 0
    private var bytes = 0
    private var hosts: [Address: Share] = [:]

    private struct Share {
        var streams = 0
        var bytes = 0
    }

    /// Paired with one `leave` if it is true.
    mutating func enter(_ host: Address) -> Bool {
        guard streams < Self.maximumStreams, hosts[host, default: Share()].streams < Self.maximumPerHost else {
            refused += 1
            return false
        }
        streams += 1
        hosts[host, default: Share()].streams += 1
        return true
    }

    /// After all that it held is released.
    mutating func leave(_ host: Address) {
        streams -= 1
        hosts[host]!.streams -= 1
        if hosts[host]!.streams == 0 { hosts[host] = nil }
    }

    /// Room for this many bytes more, for a stream of the host; paired with `release`.
    mutating func hold(_ count: Int, _ host: Address) -> Bool {
        guard bytes + count <= Self.maximumBytes, hosts[host]!.bytes + count <= Self.maximumBytesPerHost else {
            return false
        }
        bytes += count
        hosts[host]!.bytes += count
        return true
    }

    mutating func release(_ count: Int, _ host: Address) {
        bytes -= count
        hosts[host]!.bytes -= count
    }
}

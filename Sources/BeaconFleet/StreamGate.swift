import BeaconBasics

/// How many streams are served at once, and how much of their requests is held before anybody has proven anything.
struct StreamGate {
    static let maximumStreams = 256
    /// From one IP address.
    static let maximumPerHost = 16
    static let maximumBytes = 16 << 20

    private(set) var streams = 0
    private(set) var refused: UInt64 = 0
    private var byHost: [Address: Int] = [:]
    private var bytes = 0

    /// Paired with one `leave` if it is true.
    mutating func enter(_ host: Address) -> Bool {
        guard streams < Self.maximumStreams, byHost[host, default: 0] < Self.maximumPerHost else {
            refused += 1
            return false
        }
        streams += 1
        byHost[host, default: 0] += 1
        return true
    }

    mutating func leave(_ host: Address) {
        streams -= 1
        byHost[host]! -= 1
        if byHost[host] == 0 { byHost[host] = nil }
    }

    /// Room for this many bytes more; paired with `release`.
    mutating func hold(_ count: Int) -> Bool {
        guard bytes + count <= Self.maximumBytes else { return false }
        bytes += count
        return true
    }

    mutating func release(_ count: Int) { bytes -= count }
}

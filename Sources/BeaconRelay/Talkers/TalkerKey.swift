import BeaconBasics

/// Who talks: a source, a destination node, or a pair of nodes, as three numbers. Which of them it is, only the sketch
/// knows that it is in.
struct TalkerKey: Hashable, BitwiseCopyable, Sendable {
    var high: UInt64
    var low: UInt64
    var tail: UInt64

    @inline(__always)
    init(_ source: Address) {
        (high, low) = (source.high, source.low)
        tail = UInt64(source.scope) << 16 | UInt64(source.port)
    }

    @inline(__always)
    init(_ node: NodeID) { (high, low, tail) = (0, 0, UInt64(node.rawValue)) }

    @inline(__always)
    init(from sender: NodeID, to destination: NodeID) {
        (high, low, tail) = (0, UInt64(sender.rawValue), UInt64(destination.rawValue))
    }

    /// As three words, the form in which it is published.
    init(high: UInt64, low: UInt64, tail: UInt64) { (self.high, self.low, self.tail) = (high, low, tail) }

    @inline(__always)
    func hashed(_ hash: KeyedHash) -> UInt64 { hash(high ^ hash(low ^ hash(tail))) }

    // MARK: What it stands for

    var source: Address {
        Address(
            high: high, low: low, scope: UInt32(truncatingIfNeeded: tail >> 16), port: UInt16(truncatingIfNeeded: tail))
    }
    var node: NodeID { NodeID(UInt32(truncatingIfNeeded: tail)) }
    var sender: NodeID { NodeID(UInt32(truncatingIfNeeded: low)) }
}

import BeaconBasics

/// Which node the next frame goes to: bursts of `burst` frames to one node, and then another.
public struct DestinationOrder: Sendable {
    public enum Kind: String, CaseIterable, Sendable {
        /// Each burst to a node drawn by dice.
        case random
        /// One node after the other.
        case sequential
    }

    private let nodes: UInt32
    private let burst: Int
    private let kind: Kind
    private var dice: SeededRandom
    private var current: UInt32
    private var left = 0

    public init(_ kind: Kind, nodes: Int, burst: Int, seed: UInt64) {
        precondition(nodes > 0 && burst > 0)
        self.kind = kind
        self.nodes = UInt32(nodes)
        self.burst = burst
        dice = SeededRandom(seed: seed)
        current = UInt32(nodes) - 1
    }

    /// Whether the next frame begins a burst.
    public var isBetweenBursts: Bool { left == 0 }

    /// The index of the next frame's destination.
    public mutating func next() -> Int {
        if left == 0 {
            left = burst
            switch kind {
            case .random: current = UInt32.random(in: 0..<nodes, using: &dice)
            case .sequential: current = current + 1 == nodes ? 0 : current + 1
            }
        }
        left -= 1
        return Int(current)
    }
}

public import BeaconBasics

/// Something that happened to a node's registration and that an operator may want to hear of.
public struct NodeNews: Equatable, Sendable {
    public enum Kind: Equatable, Sendable {
        /// Somebody else claimed the id, and its holder has proven that it lives.
        case contested
        /// It is at another endpoint.
        case moved
    }

    public var node: NodeID
    public var kind: Kind
    /// Where the node is; before it moved, for one that has. nil: at another beacon.
    public var holder: Address?
    /// Who claimed it; where it is now.
    public var other: Address

    public init(_ node: NodeID, _ kind: Kind, holder: Address?, other: Address) {
        self.node = node
        self.kind = kind
        self.holder = holder
        self.other = other
    }
}

/// The news since somebody last asked: a few, and how many more there were. Strangers can make claims and moves by the
/// thousand; nothing here grows with them.
struct NewsBuffer {
    static let capacity = 8

    private(set) var news: [NodeNews] = []
    private(set) var leftOut: UInt64 = 0

    mutating func add(_ item: NodeNews) {
        if news.count < Self.capacity {
            news.append(item)
        } else {
            leftOut += 1
        }
    }

    mutating func drain() -> (news: [NodeNews], leftOut: UInt64) {
        defer { (news, leftOut) = ([], 0) }
        return (news, leftOut)
    }
}

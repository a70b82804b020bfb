/// What frames are counted by.
public enum TalkerKind: String, CaseIterable, Sendable {
    /// The ip:port that a frame came from. A frame that has crossed the fleet comes from a beacon.
    case source
    /// The node that it is for.
    case node
    /// The node that it is from, as it says itself, and the one that it is for.
    case pair

    var index: Int { Self.allCases.firstIndex(of: self)! }
}

/// What makes a talker a top talker.
public enum TalkerMeasure: String, CaseIterable, Sendable { case packets, bytes }

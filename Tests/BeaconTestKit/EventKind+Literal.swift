public import BeaconBasics

/// Tests may write any word, as a snapshot of a later version may have it.
extension EventKind: ExpressibleByStringLiteral {
    public init(stringLiteral word: String) { self.init(rawValue: word) }
}

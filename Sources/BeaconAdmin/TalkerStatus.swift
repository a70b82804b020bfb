public import BeaconRelay

/// Who talks most through this beacon now.
public struct TalkerStatus: Sendable {
    public var top: TopTalkers
    /// Pairs of nodes with a frame in the last ten seconds for a node that is registered here: at least so many, since only
    /// pairs in the sketches are known.
    public var activePairs: Int

    public init(_ top: TopTalkers, activePairs: Int) {
        self.top = top
        self.activePairs = activePairs
    }
}

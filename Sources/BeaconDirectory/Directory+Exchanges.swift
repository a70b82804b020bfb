public import BeaconBasics

extension Directory {
    public mutating func serve(_ request: [UInt8], from sender: BeaconID, at now: ClusterTime) -> [UInt8]? { nil }
    public mutating func exchangeEnded(_ ticket: UInt64, reply: [UInt8]?, at now: ClusterTime) {}
    /// Our session was raised: a new log, with the same nodes.
    public mutating func restart(session: SessionID, at now: ClusterTime) {}
}

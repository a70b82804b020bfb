import BeaconBasics

/// What follows an open-ended response, piece by piece. Holds one of the places for streams as long as it lives; what
/// the client has not taken is not held here.
protocol ResponseStream: AnyObject {
    /// The next bytes; nil while there are none.
    func next(at now: Moment) -> [UInt8]?
    /// What waits for the client beside the bytes handed out, against `AdminLimits.streamBacklog`.
    var waiting: UInt64 { get }
    /// Nothing more will come.
    var isDone: Bool { get }
    /// Says nothing, and keeps the connection; nil if the stream speaks often enough by itself.
    var heartbeat: [UInt8]? { get }
}

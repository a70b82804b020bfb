/// What a drain goes by: readings of the data plane and the fleet. Counters are since the start of the process.
struct DrainFacts: Equatable, Sendable {
    /// Registered here and not moved, without node 0, which is nobody in particular.
    var nodes = 0
    var departed: UInt64 = 0
    var expired: UInt64 = 0
    var refused: UInt64 = 0
    /// Other beacons that live and do not drain; nil for a beacon that knows of no others at all.
    var othersServing: Int?
    /// Frames sent to other beacons; sent again; not sent again though nodes may have missed them, or have.
    var framesForwarded: UInt64 = 0
    var framesRepeated: UInt64 = 0
    var framesDoubtful: UInt64 = 0
    var framesLost: UInt64 = 0
}

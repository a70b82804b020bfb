import BeaconBasics

/// Which frames are looked at: every one while there are few, one in `stride` when there are many, so that what is
/// spent on them is bounded whatever comes.
///
/// Of each block of `stride` frames one is chosen by the dice: each frame is chosen with the same chance, and counts for
/// `stride`. A rhythm in the traffic (bursts of 16, two flows in turn) thus biases nothing, and who cannot see the dice
/// cannot hide. An estimate of c has a standard error of at most about √(c · stride).
struct FrameSampler {
    /// So many chosen frames in a slice of 134 ms (1,907 a second), and the stride doubles.
    static let perSlice: UInt32 = 256
    /// With fewer than these in a slice it halves.
    private static let few: UInt32 = perSlice / 4
    static let sliceShift: UInt64 = 27
    static let maximumStride: UInt32 = 4_096

    /// Frames until the next chosen one, that one included.
    private var gap: UInt32 = 1
    /// Frames of the block behind the chosen one.
    private var rest: UInt32 = 0
    private(set) var stride: UInt32 = 1
    private var chosen: UInt32 = 0
    private var slice: UInt64 = 0
    private var dice: SeededRandom

    init(seed: UInt64) { dice = SeededRandom(seed: seed) }

    /// Counts a frame: whether it is a chosen one. Then `next` must be called.
    @inline(__always)
    mutating func isChosen() -> Bool {
        gap &-= 1
        return gap == 0
    }

    /// What the chosen frame counts for.
    mutating func next() -> UInt64 {
        let weight = UInt64(stride)
        chosen += 1
        if chosen >= Self.perSlice, stride < Self.maximumStride {
            // As many as it would have been with the new stride.
            chosen /= 2
            stride *= 2
        }
        choose(after: rest)
        return weight
    }

    private mutating func choose(after rest: UInt32) {
        let position = UInt32(truncatingIfNeeded: dice.next()) & (stride - 1)
        gap = rest + position + 1
        self.rest = stride - 1 - position
    }

    /// To be called now and then: a stride for more frames than still come is given up.
    mutating func settle(at now: Moment) {
        let current = now.nanoseconds >> Self.sliceShift
        guard current != slice else { return }
        let past = current &- slice
        slice = current
        if stride > 1, chosen < Self.few {
            stride = past >= 16 ? 1 : max(1, stride >> UInt32(past))
            // The rest of the block stays unlooked at; each frame of it had its chance when the dice were cast.
            choose(after: 0)
        }
        chosen = 0
    }
}

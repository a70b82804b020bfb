import BeaconBasics

/// A look at every entry of the table, a slice at a time: it sweeps what owners that have gone left behind, settles
/// which of our own nodes another beacon has since got, and recomputes every shard's digest (the scrub). Urgent ones
/// follow each other closely; the scrub alone takes its time.
struct Round {
    /// When the next slice is due.
    private(set) var at: Moment
    /// The next segment; nil between rounds.
    private(set) var segment: Int?
    /// Something waits for it.
    var isUrgent = false
    /// Look at our own nodes again: a member has come back.
    var settlesOwn = false
    private var isSettlingOwn = false
    /// By slot: the XOR of its entries' hashes so far, kept true while the round goes on; nil: not the same owner's as
    /// when it began.
    private var sums: [UInt64?] = []

    /// Slots in a slice: a fraction of a millisecond.
    static let slice = 32 << 10
    private static let haste = Delay.milliseconds(1)
    private static let leisure = Delay.milliseconds(50)

    init(at: Moment) { self.at = at }

    mutating func hurry(at now: Moment) {
        isUrgent = true
        at = min(at, now + Self.haste)
    }

    mutating func begin(slots: Int) {
        segment = 0
        sums = Array(repeating: 0, count: slots)
        isSettlingOwn = settlesOwn
        settlesOwn = false
    }

    var settles: Bool { isSettlingOwn }

    mutating func pass(to segment: Int, at now: Moment) {
        self.segment = segment
        at = now + (isUrgent ? Self.haste : Self.leisure)
    }

    mutating func end(next: Moment) {
        segment = nil
        sums = []
        at = next
    }

    @inline(__always)
    mutating func add(_ hash: UInt64, _ slot: UInt16) {
        if Int(slot) < sums.count, let sum = sums[Int(slot)] { sums[Int(slot)] = sum ^ hash }
    }

    /// An entry has changed behind the round's back.
    @inline(__always)
    mutating func changed(_ hash: UInt64, _ slot: UInt16, inSegment changed: Int) {
        if let segment, changed < segment { add(hash, slot) }
    }

    mutating func forget(_ slot: UInt16) {
        if Int(slot) < sums.count { sums[Int(slot)] = nil }
    }

    func sum(_ slot: UInt16) -> UInt64? { Int(slot) < sums.count ? sums[Int(slot)] : nil }
}

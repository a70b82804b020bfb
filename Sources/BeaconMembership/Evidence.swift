public import BeaconBasics

/// Why a member was suspected or declared dead here: who accused it, and what was tried.
public struct Evidence: Hashable, Sendable {
    /// First the one that began. Not empty in a suspicion or a verdict.
    public var accusers: [BeaconID] = []
    /// Tried in the failed round: direct pings, relays asked, nacks and "no answer"s among them, stream probe. Empty
    /// where others tried and we have only been told.
    public var directAttempts = 0
    public var relaysAsked: [BeaconID] = []
    public var nacks: [BeaconID] = []
    public var streamFailed = false
    /// Three more pings and other members' knowledge, just before the verdict.
    public var lastChanceFailed = false
    /// As of then.
    public var roundTrip: Delay?
    public var lossPerMille = 0

    public init() {}
}

/// The evidence that is kept: of the members that were suspected last, so that a storm cannot fill the memory.
struct EvidenceStore: Sendable {
    static let capacity = 256
    private var entries: [BeaconID: (evidence: Evidence, at: Moment)] = [:]
    private var order: [BeaconID] = []
    private var oldest = 0

    var count: Int { entries.count }

    subscript(beacon: BeaconID) -> (evidence: Evidence, at: Moment)? { entries[beacon] }

    mutating func keep(_ evidence: Evidence, of beacon: BeaconID, at now: Moment) {
        if entries.updateValue((evidence, now), forKey: beacon) != nil { return }
        guard order.count >= Self.capacity else { return order.append(beacon) }
        entries[order[oldest]] = nil
        order[oldest] = beacon
        oldest = (oldest + 1) % Self.capacity
    }
}

/// A member under suspicion here.
struct Suspicion: Sendable {
    var since: Moment
    /// The verdict is due; a last-chance check comes just before.
    var deadline: Moment
    /// When the check is to be thought of; earlier alarms are void.
    var alarm = Moment(nanoseconds: 0)
    /// Added to each deadline: so that not all members check at once.
    var jitter: Delay
    var accusers: [BeaconID]
    var evidence = Evidence()
}

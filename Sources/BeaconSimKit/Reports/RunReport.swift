public import BeaconBasics

/// What is timed in a run.
public enum Measure: String, CaseIterable, Sendable {
    /// From a crash until an observer holds the member dead.
    case detection
    /// From a suspicion until it clears, at one observer.
    case refutation
    /// From the start of a process until an observer sees it, in a fleet that stands.
    case join
    /// From a registration until an observer finds it.
    case directory
    /// From the end of all faults until all views are the same.
    case heal
    /// From the start of the fleet until all views are complete.
    case coldStart = "cold-start"

    var index: Int { Self.allCases.firstIndex(of: self)! }
}

/// What one run has to tell.
public struct RunReport: Sendable {
    public var scenario: String
    public var members: Int
    public var seed: UInt64
    public var violation: Violation?
    /// The last events in which the hosts of the violation took part.
    public var lastEvents: [String] = []
    var failedHosts: [Int] = []
    var failedNode: Int?
    public var checksum: UInt64 = 0
    public var events: UInt64 = 0
    public var datagrams: UInt64 = 0
    public var bytes: UInt64 = 0
    public var peakBytesPerSecond: UInt64 = 0
    public var virtualTime = Moment(nanoseconds: 0)
    public var suspicions: UInt64 = 0
    /// Of members that were well.
    public var falseSuspicions: UInt64 = 0
    public var deaths: UInt64 = 0
    public var falseDeaths = 0
    public var registrations: UInt64 = 0
    /// Operations of all logs a second, from the plan's start to its end. Not part of the report's line.
    public var changeRate = 0.0
    /// Relayed frames that daemons have sent.
    public var frames: UInt64 = 0
    /// How often each class of faults was at work, by `FaultClass.allCases`.
    public var faults = Array(repeating: UInt64(0), count: FaultClass.allCases.count)
    /// By `Milestone.allCases`.
    public var milestones = Array(repeating: UInt64(0), count: Milestone.allCases.count)
    /// By `Measure.allCases`.
    public var measures = Array(repeating: Distribution(), count: Measure.allCases.count)

    public init(scenario: String, members: Int, seed: UInt64) {
        self.scenario = scenario
        self.members = members
        self.seed = seed
    }

    mutating func exercised(_ fault: FaultClass, _ times: UInt64 = 1) { faults[fault.index] += times }
    mutating func reached(_ milestone: Milestone) { milestones[milestone.index] += 1 }
    mutating func measure(_ what: Measure, _ delay: Delay) { measures[what.index].add(delay) }

    public func distribution(_ what: Measure) -> Distribution { measures[what.index] }

    /// The command that replays the run.
    public var replay: String { "beacon-sim run \(scenario) --seed \(seed) --members \(members)" }
    public var checksumText: String { String(checksum, radix: 16) }
}

public import BeaconBasics

/// The faults of one run, drawn from its seed by its scenario.
public struct Plan: Sendable {
    public let members: Int
    public let length: Delay
    public var dice: SeededRandom
    public private(set) var faults: [(at: Moment, fault: Fault)] = []

    /// The fleet is complete by then.
    public static let calm = Delay.seconds(12)

    public init(members: Int, length: Delay, dice: SeededRandom) {
        self.members = members
        self.length = length
        self.dice = dice
    }

    /// When faults begin and end.
    public var start: Moment { Moment(nanoseconds: Self.calm.nanoseconds) }
    public var end: Moment { Moment(nanoseconds: length.nanoseconds) }

    public mutating func add(_ fault: Fault, at moment: Moment) { faults.append((moment, fault)) }

    /// By time; of one moment, as they were added.
    mutating func sort() {
        let order = faults.indices.sorted { (faults[$0].at, $0) < (faults[$1].at, $1) }
        faults = order.map { faults[$0] }
    }

    /// A fault that the caller puts into the queue itself.
    mutating func append(_ fault: Fault) { faults.append((end, fault)) }

    // MARK: Drawing

    public mutating func host() -> Int { dice.below(members) }

    /// Another than `host`.
    public mutating func other(than host: Int) -> Int {
        members < 2 ? host : (host + 1 + dice.below(members - 1)) % members
    }

    public mutating func some(_ count: Int) -> [Int] { dice.choose(count, below: members) }

    public mutating func delay(_ low: Delay, _ high: Delay) -> Delay { dice.between(low, high) }

    /// A moment in the given part (per cent) of the time for faults.
    public mutating func moment(_ part: ClosedRange<UInt64> = 0...70) -> Moment {
        let span = length.nanoseconds - Self.calm.nanoseconds
        return start
            + dice.between(
                Delay(nanoseconds: span * part.lowerBound / 100), Delay(nanoseconds: span * part.upperBound / 100))
    }

    // MARK: Often wanted

    /// Down for `pause`, then up again with a new session; ends before the plan's end.
    public mutating func bounce(_ host: Int, at moment: Moment, for pause: Delay, silent: Bool = false) {
        add(.crash(host, silent: silent), at: moment)
        add(.start(host), at: min(moment + pause, end))
    }

    public mutating func slow(_ host: Int, _ pace: FaultPace, from moment: Moment, for time: Delay) {
        add(.pace(host, pace), at: moment)
        add(.pace(host, .normal), at: min(moment + time, end))
    }

    public mutating func part(_ groups: [UInt8], from moment: Moment, for time: Delay) {
        add(.partition(groups), at: moment)
        add(.heal, at: min(moment + time, end))
    }

    /// Every host in one of `ways` groups, none of them empty.
    public mutating func groups(_ ways: Int) -> [UInt8] {
        var groups = (0..<members).map { _ in UInt8(dice.below(ways)) }
        for (way, host) in some(min(ways, members)).enumerated() { groups[host] = UInt8(way) }
        return groups
    }
}

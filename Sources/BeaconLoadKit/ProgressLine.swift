import BeaconPrinting

/// One line about a run that is under way.
public struct ProgressLine: Hashable, Sendable {
    public var phase: RunSchedule.Phase
    /// Seconds since the phase began, and what it takes in all.
    public var elapsed: Double
    public var total: Double
    /// Frames delivered, or requests answered, a second, since the last line.
    public var perSecond: Double
    public var unit: CountedUnit
    public var inFlight: Int
    public var lost: UInt64
    public var wrong: UInt64

    public init(
        phase: RunSchedule.Phase, elapsed: Double, total: Double, perSecond: Double, unit: CountedUnit, inFlight: Int,
        lost: UInt64, wrong: UInt64
    ) {
        self.phase = phase
        self.elapsed = elapsed
        self.total = total
        self.perSecond = perSecond
        self.unit = unit
        self.inFlight = inFlight
        self.lost = lost
        self.wrong = wrong
    }

    public var text: String {
        let clock =
            switch phase {
            case .warmingUp: "warming up"
            case .measuring: "\(decimal(elapsed, digits: 0)) of \(decimal(total, digits: 0)) s"
            case .draining, .done: "draining"
            }
        let rate = grouped(Int(perSecond.rounded()))
        return
            "\(clock)  \(rate) \(unit.plural)/s  in flight \(grouped(inFlight))  lost \(grouped(lost))  wrong \(grouped(wrong))"
    }
}

public import BeaconBasics

/// The three parts of a run: warm up, measure, and wait for what is still on its way.
public struct RunSchedule: Sendable {
    public enum Phase: Hashable, Sendable { case warmingUp, measuring, draining, done }

    /// How long to wait at the end for frames that are under way.
    public static let drainLimit = Delay.seconds(2)

    public private(set) var phase = Phase.warmingUp
    /// When `phase` began.
    public private(set) var since: Moment
    private let warmUp: Delay
    private let measure: Delay

    public init(warmUp: Delay, measure: Delay, at start: Moment) {
        self.warmUp = warmUp
        self.measure = measure
        since = start
    }

    /// Whether frames are sent in this phase.
    public var isSending: Bool { phase == .warmingUp || phase == .measuring }

    /// Moves on when it is time; true if the phase changed. `stop` ends the sending early, as if the time were up.
    public mutating func advance(to now: Moment, inFlight: Int, stop: Bool) -> Bool {
        let elapsed = now.since(since)
        switch phase {
        case .warmingUp where stop: enter(.draining, at: now)
        case .warmingUp where elapsed >= warmUp: enter(.measuring, at: now)
        case .measuring where stop || elapsed >= measure: enter(.draining, at: now)
        case .draining where inFlight == 0 || elapsed >= Self.drainLimit: enter(.done, at: now)
        default: return false
        }
        return true
    }

    private mutating func enter(_ next: Phase, at now: Moment) {
        phase = next
        since = now
    }
}

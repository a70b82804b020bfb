public import BeaconBasics

/// How fast a run sends.
public enum Pace: Hashable, Sendable {
    /// Closed loop: at most so many requests unanswered, each answer makes room for the next.
    case window(Int)
    /// Open loop: so many a second, whatever comes back.
    case rate(Double)
}

/// Says how many requests may leave now. It is told the time and reads no clock.
public struct Pacer: Sendable {
    /// Requests leave in multiples of this, so that a burst stays one and a system call is worth its cost.
    private let quantum: Int
    /// The most that one call of `room` grants: what one batch holds.
    private let limit: Int
    private let pace: Pace
    private var credit = 0.0
    private var lastMoment: Moment
    /// Requests of an open loop that were never sent, because the load itself fell more than `backlog` behind.
    public private(set) var shed = 0.0

    /// How long an open loop may catch up after its own stall, in seconds. What is older is shed and counted: sending
    /// it late would be a burst that nobody asked for.
    public static let backlog = 0.1

    public init(_ pace: Pace, quantum: Int, limit: Int, at start: Moment) {
        precondition(quantum > 0 && quantum <= limit, "a quantum larger than a batch never leaves")
        self.pace = pace
        self.quantum = quantum
        self.limit = limit
        lastMoment = start
    }

    /// How many may leave at `now`, with `inFlight` unanswered; an open loop does not look at those.
    public mutating func room(inFlight: Int, at now: Moment) -> Int {
        switch pace {
        case .window(let window): whole(window - inFlight)
        case .rate(let rate): whole(earned(rate, at: now))
        }
    }

    /// `count` have left.
    public mutating func spend(_ count: Int) {
        if case .rate = pace { credit -= Double(count) }
    }

    private func whole(_ available: Int) -> Int {
        let bounded = min(available, limit)
        return bounded < quantum ? 0 : bounded - bounded % quantum
    }

    private mutating func earned(_ rate: Double, at now: Moment) -> Int {
        credit += now.since(lastMoment).inSeconds * rate
        lastMoment = now
        let most = max(Double(limit), rate * Self.backlog)
        if credit > most {
            shed += credit - most
            credit = most
        }
        return Int(credit)
    }
}

public import BeaconBasics

/// How a drain that was waited for has ended.
public enum DrainEnd: Equatable, Sendable {
    /// Nobody is left.
    case drained(DrainReading)
    /// Somebody is, and the time is over.
    case deadline(DrainReading)
    case cancelled(DrainReading)
    /// The end was not seen.
    case lost(reason: String)

    public var exitStatus: CommandStatus {
        switch self {
        case .drained: .done
        case .deadline: .deadline
        case .cancelled: .cancelled
        case .lost: .lost
        }
    }
}

/// Follows one drain from its order to its end over connections that may break. Decides only; the caller connects.
///
/// The beacon exits at the end of a drain, so a connection that closes is good news or bad, by what was said last: good
/// when nobody was left or the deadline was there. Otherwise it is asked again, and a beacon that is gone, or has been
/// started anew and knows nothing of the drain, has not drained.
public struct DrainFollower: Sendable {
    /// The deadline counts as reached so close before it: the last line may be that old when the beacon exits.
    static let slackSeconds = 0.5

    private var last: DrainReading
    private var lastAt: Moment
    /// Since the present connection was made.
    private var hasRead = true

    /// - Parameter order: the answer to the order.
    public init(_ order: DrainReading, at now: Moment) {
        last = order
        lastAt = now
    }

    /// Takes a line of the stream; says how the drain has ended, if it has.
    public mutating func read(_ reading: DrainReading, at now: Moment) -> DrainEnd? {
        let isOurs = reading.beganAt == last.beganAt
        defer { hasRead = true }
        guard isOurs || hasRead else { return .lost(reason: "the beacon was started anew before the drain's end") }
        guard isOurs else { return .cancelled(last) }
        (last, lastAt) = (reading, now)
        switch reading.state {
        case .draining: return nil
        case .left: return ended
        case .serving: return .cancelled(reading)
        }
    }

    /// The stream has ended or broken, or could not be opened. nil: open it again.
    public mutating func broke(_ reason: String, at now: Moment) -> DrainEnd? {
        let isOver = last.leftSeconds - now.since(lastAt).inSeconds <= Self.slackSeconds
        if !last.stays, last.nodesLeft == 0 || isOver { return ended }
        guard hasRead else { return .lost(reason: reason) }
        hasRead = false
        return nil
    }

    private var ended: DrainEnd { last.nodesLeft == 0 ? .drained(last) : .deadline(last) }
}

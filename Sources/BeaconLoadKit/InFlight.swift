public import BeaconBasics

/// Frames that have left and not arrived. A relay acknowledges nothing, so a lost frame is known only by silence:
/// when nothing at all has arrived for `patience`, what is missing is written off and a closed loop goes on.
public struct InFlight: Sendable {
    /// Frames still waited for.
    public private(set) var count = 0
    private var lastActivity: Moment

    public static let patience = Delay.milliseconds(250)

    public init(at start: Moment) { lastActivity = start }

    public mutating func sent(_ frames: Int, at now: Moment) {
        if count == 0 { lastActivity = now }
        count += frames
    }

    /// New frames have arrived. Those that were written off may be among them: they free nothing.
    public mutating func arrived(_ frames: Int, at now: Moment) {
        guard frames > 0 else { return }
        count = max(0, count - frames)
        lastActivity = now
    }

    /// Gives up on what is missing if nothing has moved for `patience`.
    public mutating func writeOff(at now: Moment) {
        if count > 0, now.since(lastActivity) > Self.patience { count = 0 }
    }
}

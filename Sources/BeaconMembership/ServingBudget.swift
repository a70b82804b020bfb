import BeaconBasics

/// What newcomers and those who lack much may cost us: bytes of welcomes and of tables by stream. A thousand beacons that
/// start at once have the same few contacts, and each wants a table of 32 bytes a member. Who finds nothing left is sent to
/// others, so that the load spreads over the fleet.
struct ServingBudget: Sendable {
    /// Whole welcomes and tables. One second's worth is saved up; the last table taken may be owed.
    private var tables: Bucket
    /// Referrals: what is said in place of a table.
    private var referrals: Bucket

    init(bytesPerSecond: Int, at now: Moment) {
        tables = Bucket(bytesPerSecond, at: now)
        referrals = Bucket(bytesPerSecond, at: now)
    }

    enum Level { case table, referral, nothing }

    mutating func level(at now: Moment) -> Level {
        if tables.isOpen(at: now) { return .table }
        return referrals.isOpen(at: now) ? .referral : .nothing
    }

    mutating func spend(_ bytes: Int, as level: Level) {
        switch level {
        case .table: tables.left -= Int64(bytes)
        case .referral: referrals.left -= Int64(bytes)
        case .nothing: break
        }
    }

    /// A token bucket that may be overdrawn: what is asked for has no length until it is made.
    private struct Bucket: Sendable {
        let rate: Int64
        var left: Int64
        var filled: Moment

        init(_ bytesPerSecond: Int, at now: Moment) {
            rate = Int64(max(1, bytesPerSecond))
            left = rate
            filled = now
        }

        mutating func isOpen(at now: Moment) -> Bool {
            let passed = now.since(filled).nanoseconds / 1_000_000
            if passed > 0 {
                filled = filled + .milliseconds(passed)
                // A debt of the longest table there can be (8,192 members) is paid in some seconds.
                left = min(rate, left + rate * Int64(min(passed, 60_000)) / 1_000)
            }
            return left > 0
        }
    }
}

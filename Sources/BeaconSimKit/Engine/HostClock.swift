import BeaconBasics

/// What a host's clocks say at an instant of virtual time. Every host counts from another start, as hosts do; the wall
/// clock may be wrong, and the monotonic one fast or slow.
struct HostClock: Sendable {
    /// The monotonic clock at virtual time 0 (as long as the rate never changed).
    private var base: UInt64
    private var from = Moment(nanoseconds: 0)
    /// 1024ths of real time.
    private(set) var rate: UInt64 = 1_024
    /// How far the wall clock is off; milliseconds.
    var wallError: Int64 = 0
    /// Unix milliseconds at virtual time 0.
    let epoch: UInt64

    init(base: UInt64, epoch: UInt64) {
        self.base = base
        self.epoch = epoch
    }

    func moment(at now: Moment) -> Moment {
        Moment(nanoseconds: base &+ (now.since(from).nanoseconds &* rate) >> 10)
    }

    func time(at now: Moment) -> ClusterTime {
        let wall = Int64(epoch) + Int64(now.nanoseconds / 1_000_000) + wallError
        return ClusterTime(moment(at: now), unixMilliseconds: UInt64(max(0, wall)))
    }

    /// The first instant at which the monotonic clock has reached `deadline`; nil = never.
    func instant(of deadline: Moment) -> Moment? {
        guard deadline.nanoseconds > base else { return from }
        let ahead = deadline.nanoseconds &- base
        guard ahead < 1 << 53 else { return nil }
        return from + Delay(nanoseconds: (ahead << 10 &+ rate &- 1) / rate)
    }

    /// From `now` on the clocks run at `rate` / 1024.
    mutating func run(at rate: UInt64, from now: Moment) {
        base = moment(at: now).nanoseconds
        from = now
        self.rate = rate
    }
}

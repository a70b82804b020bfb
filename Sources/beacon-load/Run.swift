import BeaconBasics
import BeaconLoadKit
import Glibc

/// One run: warm up, measure, drain.
struct Run {
    var pace: Pace
    /// Seconds that are measured, and those before.
    var seconds: Double
    var warmUp = 0.5
    /// The servers' processes, if their CPU time is wanted.
    var server: ServerClock?
    var progress: Progress
    /// Lets others have this CPU whenever nothing more may be sent: the server runs there too.
    var givesWay = false

    /// Drives `traffic` and returns what was counted while measuring. A signal ends it early.
    func callAsFunction(_ traffic: inout some Traffic & ~Copyable) throws(LoadError) -> Measurement {
        var now = monotonicNow()
        var pacer = Pacer(pace, quantum: traffic.quantum, limit: traffic.batch, at: now)
        var schedule = RunSchedule(warmUp: Self.delay(warmUp), measure: Self.delay(seconds), at: now)
        var begin = Mark(traffic, pacer, server, now)
        var measurement = Measurement()
        var progress = ProgressPrinter(progress, unit: traffic.unit, total: seconds, at: now)
        let enough = if case .window(let window) = pace { window - 2 * traffic.batch } else { Int.min }
        while schedule.phase != .done {
            now = monotonicNow()
            if schedule.advance(to: now, inFlight: traffic.inFlight, stop: Interrupt.isRequested) {
                let mark = Mark(traffic, pacer, server, now)
                if schedule.phase == .measuring { begin = mark }
                if schedule.phase == .draining { measurement = mark.since(begin) }
            }
            if schedule.isSending {
                let room = pacer.room(inFlight: traffic.inFlight, at: now)
                if room > 0 { pacer.spend(try traffic.send(room, at: now)) }
            }
            try traffic.receive(until: enough, measuring: schedule.phase == .measuring)
            if givesWay, pacer.room(inFlight: traffic.inFlight, at: now) == 0 { sched_yield() }
            traffic.expire(at: now, isSending: schedule.isSending)
            progress.update(schedule, traffic, at: now)
        }
        progress.finish()
        return measurement
    }

    private static func delay(_ seconds: Double) -> Delay { Delay(nanoseconds: UInt64(seconds * 1e9)) }
}

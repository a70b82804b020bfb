import BeaconBasics
import BeaconLoadKit

/// The counts at one moment of a run.
struct Mark {
    private let moment: Moment
    private let sent: UInt64
    private let completed: UInt64
    private let shed: Double
    private let serverCPU: Delay?
    private let serverWait: Delay?
    private let loadCPU: Delay?

    init(_ traffic: borrowing some Traffic & ~Copyable, _ pacer: Pacer, _ server: ServerClock?, _ now: Moment) {
        serverCPU = server?.used
        serverWait = server?.waited
        loadCPU = threadTime()
        moment = now
        sent = traffic.sent
        completed = traffic.completed
        shed = pacer.shed
    }

    /// What was counted from `begin` to here.
    func since(_ begin: Mark) -> Measurement {
        var measurement = Measurement()
        measurement.seconds = moment.since(begin.moment).inSeconds
        measurement.sent = sent - begin.sent
        measurement.completed = completed - begin.completed
        measurement.shed = shed - begin.shed
        measurement.serverCPU = Self.seconds(serverCPU, since: begin.serverCPU)
        measurement.serverWait = Self.seconds(serverWait, since: begin.serverWait)
        measurement.loadCPU = Self.seconds(loadCPU, since: begin.loadCPU)
        return measurement
    }

    /// Nil if one of the two is not known. A time that went back (a thread that had waited is gone) is none.
    private static func seconds(_ time: Delay?, since before: Delay?) -> Double? {
        guard let time, let before else { return nil }
        return Double(time.nanoseconds - min(time.nanoseconds, before.nanoseconds)) / 1e9
    }
}

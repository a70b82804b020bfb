import BeaconPrinting

/// What would make the figures of a run say something else than they seem to.
public struct Diagnosis: Sendable {
    /// Below this the server waits for the load often enough that its batches are not those of full load.
    public static let busyServer = 0.9
    /// A load that never sleeps and still runs less than this had to share its CPU.
    public static let ownCPU = 0.95
    /// A server that waits for its CPU more than this shared it: percentiles up to p99 and more are not its own.
    public static let toleratedWait = 0.01
    /// Less CPU time than this, in seconds, says little about one frame.
    public static let enoughCPU = 0.1
    /// A larger share of lost frames makes CPU per delivered frame too high.
    public static let toleratedLoss = 0.001
    /// An open loop that sends less than this share of its rate is none.
    public static let keptRate = 0.98

    private let measurement: Measurement
    private let pace: Pace

    public init(_ measurement: Measurement, pace: Pace) {
        self.measurement = measurement
        self.pace = pace
    }

    /// Sentences for the one who reads the figures; none if they can be taken as they are. `sharesCPUs`: load and
    /// server are meant to run on the same CPUs. `sent` and `lost` are those of the whole run.
    public func warnings(sharesCPUs: Bool = false, sent: UInt64, lost: UInt64) -> [String] {
        let loss = sent > 0 ? Double(lost) / Double(sent) : 0
        let lossWarning = loss > Self.toleratedLoss ? "\(percent(loss)) of what was sent was lost" : nil
        return ([lossWarning, littleCPU, unkeptRate] + (sharesCPUs ? [] : [sharedServer, sharedLoad, idleServer]))
            .compactMap { $0 }
    }

    private var littleCPU: String? {
        guard case .window = pace, let cpu = measurement.serverCPU, cpu < Self.enoughCPU else { return nil }
        return "the server used \(decimal(cpu * 1000, digits: 0)) ms of CPU time: too little to divide by frames"
    }

    private var unkeptRate: String? {
        guard case .rate(let rate) = pace, measurement.seconds > 0 else { return nil }
        let share = Double(measurement.sent) / measurement.seconds / rate
        return share < Self.keptRate ? "only \(percent(share)) of the asked rate was sent" : nil
    }

    private var sharedServer: String? {
        guard let wait = measurement.share(measurement.serverWait), wait > Self.toleratedWait else { return nil }
        return "the server waited for its CPU \(percent(wait)) of the time: another process ran there"
    }

    private var sharedLoad: String? {
        guard let busy = measurement.share(measurement.loadCPU), busy < Self.ownCPU else { return nil }
        return "the load ran only \(percent(busy)) of the time: another process ran on its CPU"
    }

    private var idleServer: String? {
        guard case .window = pace, let busy = measurement.share(measurement.serverCPU) else { return nil }
        let waited = measurement.share(measurement.serverWait) ?? 0
        guard busy + waited < Self.busyServer else { return nil }
        return "the server was busy only \(percent(busy)) of the time: the load was the bottleneck"
    }

    private func percent(_ share: Double) -> String { decimal(share * 100, digits: 1) + " %" }
}

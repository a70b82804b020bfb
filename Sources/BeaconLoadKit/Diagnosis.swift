/// What would make the figures of a run say something else than they seem to.
public enum Diagnosis {
    /// Below this the server waits for the load often enough that its batches are not those of full load.
    public static let busyServer = 0.9
    /// Less CPU time than this, in seconds, says little about one frame.
    public static let enoughCPU = 0.1
    /// A larger share of lost frames makes CPU per delivered frame too high.
    public static let toleratedLoss = 0.001

    /// Sentences for the one who reads the figures; none if they can be taken as they are.
    public static func warnings(
        _ measurement: Measurement, pace: Pace, cpus: Int = 1, sent: UInt64, lost: UInt64
    ) -> [String] {
        var warnings: [String] = []
        if case .rate(let rate) = pace {
            let share = measurement.seconds > 0 ? Double(measurement.sent) / measurement.seconds / rate : 0
            if share < 0.98 {
                warnings.append("only \(percent(share)) of the asked rate was sent: the load was the bottleneck")
            }
        }
        if case .window = pace, let busy = measurement.serverUtilisation, busy < busyServer * Double(cpus) {
            warnings.append(
                "the server ran \(percent(busy / Double(cpus))) of the time: the load, or another process, was the bottleneck"
            )
        }
        if case .window = pace, let cpu = measurement.serverCPU, cpu < enoughCPU {
            warnings.append(
                "the server used \(decimal(cpu * 1000, digits: 0)) ms of CPU time: too little to divide by frames")
        }
        if sent > 0, Double(lost) > Double(sent) * toleratedLoss {
            warnings.append("\(percent(Double(lost) / Double(sent))) of what was sent was lost")
        }
        return warnings
    }

    private static func percent(_ share: Double) -> String { decimal(share * 100, digits: 1) + " %" }
}

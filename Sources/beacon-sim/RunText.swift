import BeaconBasics
import BeaconClock
import BeaconPrinting
import BeaconSimKit

/// Seconds of real time, from some beginning.
func realSeconds() -> Double { Double(SystemClock.now().nanoseconds) / 1e9 }

func milliseconds(_ delay: Delay?) -> String {
    guard let delay else { return "-" }
    let tenths = (delay.nanoseconds + 50_000) / 100_000
    return "\(tenths / 10).\(tenths % 10)"
}

extension RunReport {
    func text(took: Double) -> String {
        var table = TextTable(header: ["time in ms", "count", "p50", "p99", "max"])
        for measure in Measure.allCases where distribution(measure).count > 0 {
            table.add([measure.rawValue] + distribution(measure).cells)
        }
        let rate = Double(events) / max(took, 1e-9)
        return """
            \(scenario), \(members) members, seed \(seed): \(violation == nil ? "every property holds" : "FAILED")
            checksum \(checksumText), \(events) events, \(virtualTime.text) of virtual time
            \(Int(took * 1_000)) ms of real time, \(Int(rate)) events/s, \(datagrams) datagrams, \(bytes) bytes sent
            suspicions \(suspicions) (of the well \(falseSuspicions)), deaths \(deaths) (of the well \(falseDeaths)), \
            registrations \(registrations)
            faults: \(counts(FaultClass.allCases.map(\.rawValue), faults))
            fleet: \(counts(Milestone.allCases.map(\.rawValue), milestones))

            """ + table.text + failureText
    }

    private func counts(_ names: [String], _ values: [UInt64]) -> String {
        let seen = zip(names, values).filter { $0.1 > 0 }.map { "\($0.0) \($0.1)" }
        return seen.isEmpty ? "none" : seen.joined(separator: ", ")
    }

    /// What failed, what happened around it, and how to see it again.
    var failureText: String {
        guard let violation else { return "" }
        return """

            FAILED \(scenario), seed \(seed), \(members) members
            \(violation)
            the last events of those concerned:

            """ + lastEvents.map { "  \($0)\n" }.joined() + "replay: \(replay)\n"
    }

    func json(took: Double) -> JSON {
        .object([
            ("scenario", .string(scenario)), ("seed", .int(seed)), ("members", .int(members)),
            ("checksum", .string(checksumText)), ("events", .int(events)),
            ("virtual_seconds", .number(Double(virtualTime.nanoseconds) / 1e9)), ("real_seconds", .number(took)),
            ("datagrams", .int(datagrams)), ("bytes", .int(bytes)),
            ("peak_bytes_per_second", .int(peakBytesPerSecond)), ("suspicions", .int(suspicions)),
            ("false_suspicions", .int(falseSuspicions)), ("deaths", .int(deaths)), ("false_deaths", .int(falseDeaths)),
            ("registrations", .int(registrations)),
            ("violation", violation.map { .string("\($0)") } ?? .null),
            ("faults", .object(zip(FaultClass.allCases, faults).map { ($0.rawValue, .int($1)) })),
            ("fleet", .object(zip(Milestone.allCases, milestones).map { ($0.rawValue, .int($1)) })),
            ("milliseconds", .object(Measure.allCases.map { ($0.rawValue, distribution($0).json) })),
        ])
    }
}

extension Distribution {
    var cells: [String] {
        [
            String(count), milliseconds(quantile(500)), milliseconds(quantile(990)),
            milliseconds(count > 0 ? maximum : nil),
        ]
    }

    var json: JSON {
        .object([
            ("count", .int(count)), ("p50", .number(quantile(500).map { Double($0.nanoseconds) / 1e6 })),
            ("p99", .number(quantile(990).map { Double($0.nanoseconds) / 1e6 })),
            ("max", .number(count > 0 ? Double(maximum.nanoseconds) / 1e6 : nil)),
        ])
    }
}

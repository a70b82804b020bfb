import BeaconBasics
import BeaconPrinting
import BeaconSimKit

extension CampaignReport {
    func text(_ missing: [String], _ shortfalls: [String], took: Double) -> String {
        var text = rowTable.text + "\n" + measureTable.text + "\n"
        text +=
            "faults: " + zip(FaultClass.allCases, faults).map { "\($0.rawValue) \($1)" }.joined(separator: ", ") + "\n"
        text += "fleet: " + zip(Milestone.allCases, milestones).map { "\($0.rawValue) \($1)" }.joined(separator: ", ")
        text += "\n"
        if !missing.isEmpty { text += "NEVER EXERCISED: \(missing.joined(separator: ", "))\n" }
        for shortfall in shortfalls { text += "BROKEN PROMISE: \(shortfall)\n" }
        for failure in failures {
            text += "FAILED \(failure.violation.map { "\($0)" } ?? "")\n  replay: \(failure.replay)\n"
        }
        let failed = failures.count + missing.count + shortfalls.count
        return text + """
            \(runs) runs, \(repeated) repeated bit for bit, \(events) events in \(Int(took)) s of real time: \
            \(failed == 0 ? "every property holds" : "\(failed) FAILED")

            """
    }

    private var rowTable: TextTable {
        var table = TextTable(
            header: [
                "scenario", "runs", "failed", "events", "B/s each", "false susp.", "deaths", "false", "detect p50 ms",
                "p99", "heal p50 ms", "max", "dir p99 ms",
            ])
        for row in rows {
            let detection = row.distribution(.detection)
            let heal = row.distribution(.heal)
            table.add([
                row.scenario, "\(row.runs)", "\(row.failures)", "\(row.events)",
                "\(Int(Double(row.bytes) / max(row.memberSeconds, 1)))", "\(row.falseSuspicions)", "\(row.deaths)",
                "\(row.falseDeaths)", milliseconds(detection.quantile(500)), milliseconds(detection.quantile(990)),
                milliseconds(heal.quantile(500)), milliseconds(heal.count > 0 ? heal.maximum : nil),
                milliseconds(row.distribution(.directory).quantile(990)),
            ])
        }
        return table
    }

    private var measureTable: TextTable {
        var table = TextTable(header: ["time in ms, all runs", "count", "p50", "p99", "max"])
        for measure in Measure.allCases { table.add([measure.rawValue] + distribution(measure).cells) }
        return table
    }

    func json(_ missing: [String], _ shortfalls: [String], took: Double) -> JSON {
        .object([
            ("runs", .int(runs)), ("repeated", .int(repeated)), ("events", .int(events)),
            ("real_seconds", .number(took)),
            ("never_exercised", .array(missing.map { .string($0) })),
            ("broken_promises", .array(shortfalls.map { .string($0) })),
            (
                "failures",
                .array(
                    failures.map { failure in
                        .object([
                            ("replay", .string(failure.replay)),
                            ("violation", .string(failure.violation.map { "\($0)" } ?? "")),
                        ])
                    })
            ),
            ("faults", .object(zip(FaultClass.allCases, faults).map { ($0.rawValue, .int($1)) })),
            ("fleet", .object(zip(Milestone.allCases, milestones).map { ($0.rawValue, .int($1)) })),
            ("milliseconds", .object(Measure.allCases.map { ($0.rawValue, distribution($0).json) })),
            ("scenarios", .array(rows.map(\.json))),
        ])
    }
}

extension CampaignReport.Row {
    var json: JSON {
        .object([
            ("scenario", .string(scenario)), ("runs", .int(runs)), ("failures", .int(failures)),
            ("events", .int(events)),
            ("bytes_per_member_second", .number(Double(bytes) / max(memberSeconds, 1))),
            ("false_suspicions", .int(falseSuspicions)), ("deaths", .int(deaths)), ("false_deaths", .int(falseDeaths)),
            ("milliseconds", .object(Measure.allCases.map { ($0.rawValue, distribution($0).json) })),
        ])
    }
}

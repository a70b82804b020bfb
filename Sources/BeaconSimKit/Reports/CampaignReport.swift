import BeaconBasics

/// What all runs of a campaign have in common, and whether it has tested anything.
public struct CampaignReport: Sendable {
    /// Runs of one scenario.
    public struct Row: Sendable {
        public var scenario: String
        public var runs = 0
        public var failures = 0
        public var events: UInt64 = 0
        public var bytes: UInt64 = 0
        public var memberSeconds = 0.0
        public var falseSuspicions: UInt64 = 0
        public var deaths: UInt64 = 0
        public var falseDeaths = 0
        public var measures = Array(repeating: Distribution(), count: Measure.allCases.count)
    }

    public private(set) var rows: [Row] = []
    public private(set) var failures: [RunReport] = []
    public private(set) var runs = 0
    public private(set) var events: UInt64 = 0
    public private(set) var repeated = 0
    public private(set) var faults = Array(repeating: UInt64(0), count: FaultClass.allCases.count)
    public private(set) var milestones = Array(repeating: UInt64(0), count: Milestone.allCases.count)
    private var checksums: [String: UInt64] = [:]

    public init() {}

    public mutating func add(_ report: RunReport) {
        if let checksum = checksums[report.replay] {
            compare(report, checksum)
            return
        }
        checksums[report.replay] = report.checksum
        runs += 1
        events += report.events
        if report.violation != nil { failures.append(report) }
        for index in faults.indices { faults[index] += report.faults[index] }
        for index in milestones.indices { milestones[index] += report.milestones[index] }
        addRow(report)
    }

    /// S17: another process has come to another run.
    private mutating func compare(_ report: RunReport, _ checksum: UInt64) {
        repeated += 1
        guard report.checksum != checksum else { return }
        var failed = report
        failed.violation = Violation(
            property: .s17, at: report.virtualTime,
            text: "checksum \(String(checksum, radix: 16)) in one process, \(report.checksumText) in another")
        failures.append(failed)
    }

    private mutating func addRow(_ report: RunReport) {
        var place = rows.firstIndex { $0.scenario == report.scenario }
        if place == nil {
            rows.append(Row(scenario: report.scenario))
            place = rows.count - 1
        }
        rows[place!].add(report)
    }

    /// Classes and milestones that `plan` promises and no run has come to: a campaign with any of them has failed.
    public func missing(_ plan: CampaignPlan) -> [String] {
        guard plan.isComplete else { return [] }
        return FaultClass.allCases.filter { faults[$0.index] == 0 }.map(\.rawValue)
            + Milestone.allCases.filter { milestones[$0.index] == 0 }.map(\.rawValue)
    }

    /// Over all runs.
    public func distribution(_ what: Measure) -> Distribution {
        var sum = Distribution()
        for row in rows { sum.merge(row.measures[what.index]) }
        return sum
    }
}

extension CampaignReport.Row {
    mutating func add(_ report: RunReport) {
        runs += 1
        if report.violation != nil { failures += 1 }
        events += report.events
        bytes += report.bytes
        memberSeconds += Double(report.members) * Double(report.virtualTime.nanoseconds) / 1e9
        falseSuspicions += report.falseSuspicions
        deaths += report.deaths
        falseDeaths += report.falseDeaths
        for index in measures.indices { measures[index].merge(report.measures[index]) }
    }

    public func distribution(_ what: Measure) -> Distribution { measures[what.index] }
}

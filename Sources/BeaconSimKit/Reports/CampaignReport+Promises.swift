import BeaconBasics

/// A promise about a distribution: a run alone cannot break it, a campaign can.
struct Promise: Sendable {
    var property: Property
    var measure: Measure
    /// nil = the longest.
    var perMille: UInt64?
    var limit: Delay
    var holdsFor: @Sendable (Scenario) -> Bool

    /// Of fewer measurements the tail says nothing.
    static let fewest: UInt64 = 50

    static let all: [Promise] = [
        Promise(property: .l1, measure: .detection, perMille: 500, limit: .seconds(4)) { $0.hasFairNetwork(100_000) },
        Promise(property: .l1, measure: .detection, perMille: 990, limit: .seconds(6)) { $0.hasFairNetwork(100_000) },
        Promise(property: .l3, measure: .refutation, perMille: 990, limit: .seconds(2)) { $0.hasFairNetwork(300_000) },
        Promise(property: .l4, measure: .join, perMille: 500, limit: .milliseconds(700)) { $0.hasFairNetwork(50_000) },
        Promise(property: .l4, measure: .join, perMille: nil, limit: .seconds(3)) { $0.hasFairNetwork(50_000) },
        Promise(property: .l5, measure: .heal, perMille: nil, limit: .seconds(10)) {
            $0.hasFairNetwork(50_000) && $0.exercises.contains(.partition)
        },
        Promise(property: .l6, measure: .directory, perMille: 500, limit: .milliseconds(300)) {
            $0.hasFairNetwork(300_000)
        },
        Promise(property: .l6, measure: .directory, perMille: 990, limit: .seconds(1)) { $0.hasFairNetwork(50_000) },
    ]

    init(
        property: Property, measure: Measure, perMille: UInt64?, limit: Delay,
        holdsFor: @escaping @Sendable (Scenario) -> Bool
    ) {
        (self.property, self.measure, self.perMille) = (property, measure, perMille)
        (self.limit, self.holdsFor) = (limit, holdsFor)
    }

    /// What the campaign shows in place of what is promised; nil = the promise holds, or too little was measured.
    func shortfall(_ report: CampaignReport) -> String? {
        var sum = Distribution()
        for row in report.rows {
            if let scenario = Scenario.named(row.scenario), holdsFor(scenario) { sum.merge(row.distribution(measure)) }
        }
        guard sum.count >= Self.fewest else { return nil }
        let found = perMille.flatMap { sum.quantile($0) } ?? sum.maximum
        guard found > limit else { return nil }
        let which = perMille.map { "p\($0 / 10)" } ?? "longest"
        return "\(property.rawValue) \(measure.rawValue) \(which): \(found.inSeconds) s of \(sum.count), promised "
            + "\(limit.inSeconds) s"
    }
}

extension Scenario {
    /// What times are promised for: links of ordinary length that lose no more than so many of a million, all of them
    /// both ways.
    func hasFairNetwork(_ loss: UInt32) -> Bool {
        network.loss <= loss && network.burst == nil && network.delay.1 <= .milliseconds(50) && !isWild
            && !exercises.contains(.oneWay)
    }
}

extension CampaignReport {
    /// Promises about distributions that the campaign has found broken; of a campaign that is not complete none.
    public func shortfalls(_ plan: CampaignPlan) -> [String] {
        plan.isComplete ? Promise.all.compactMap { $0.shortfall(self) } : []
    }
}

import BeaconBasics

extension Scenario {
    /// All of them, by name.
    public static let all: [Scenario] = weather + links + lagging + lives + data + attacks + mixed

    public static func named(_ name: String) -> Scenario? { all.first { $0.name == name } }

    /// A copy, changed.
    func with(_ change: (inout Scenario) -> Void) -> Scenario {
        var copy = self
        change(&copy)
        return copy
    }

    /// Nodes that move about, frames and punches between them, while the faults last: in nearly every scenario.
    static func stir(_ plan: inout Plan) {
        plan.add(.traffic(Traffic(.move, every: .milliseconds(700), until: plan.end)), at: plan.start)
        plan.add(.traffic(Traffic(.punch, every: .milliseconds(900), until: plan.end)), at: plan.start)
        plan.add(.traffic(Traffic(.frame, every: .milliseconds(110), until: plan.end)), at: plan.start)
    }

    /// One member crashes for good, early enough for its death to be timed.
    static func crashOne(_ plan: inout Plan) {
        guard plan.members > 2 else { return }
        let host = plan.host()
        plan.add(.crash(host, silent: plan.dice.below(2) == 0), at: plan.moment(10...60))
    }
}

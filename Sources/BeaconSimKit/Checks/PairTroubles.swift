import BeaconBasics

/// Which pairs of hosts could not talk, and until when: a pair is excused for this, nobody else is.
struct PairTroubles: Sendable {
    let hosts: Int
    /// By a × hosts + b: when they could talk again; `.max` = they cannot yet. Empty: nobody was ever parted.
    private var until: [Moment] = []

    init(hosts: Int) { self.hosts = hosts }

    /// Takes note of who can talk from `now` on.
    mutating func update(at now: Moment, isParted: (Int, Int) -> Bool) {
        for a in 0..<hosts {
            for b in 0..<a {
                let before = last(a, b)
                let parted = isParted(a, b)
                guard parted || before == BeaconProcess.never else { continue }
                set(a, b, parted ? BeaconProcess.never : now)
            }
        }
    }

    private mutating func set(_ a: Int, _ b: Int, _ moment: Moment) {
        if until.isEmpty { until = Array(repeating: Moment(nanoseconds: 0), count: hosts * hosts) }
        until[a * hosts + b] = moment
        until[b * hosts + a] = moment
    }

    /// When the two could last not talk; the beginning of time if they always could.
    func last(_ a: Int, _ b: Int) -> Moment { until.isEmpty ? Moment(nanoseconds: 0) : until[a * hosts + b] }
}

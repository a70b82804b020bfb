import BeaconBasics

/// One Gilbert channel: brought up to date only when something is sent through it.
struct BurstChannel: Sendable {
    private var isBad = false
    private var until = Moment(nanoseconds: 0)

    /// Whether the channel loses what is sent at `now`.
    mutating func loses(at now: Moment, _ burst: NetworkSettings.Burst, _ dice: inout SeededRandom) -> Bool {
        let cycle = Delay(nanoseconds: burst.meanGood.nanoseconds + burst.meanBad.nanoseconds)
        if now.since(until) > Delay(nanoseconds: cycle.nanoseconds * 8) {
            // Long unused: the state is that of any moment.
            isBad = UInt64(dice.below(Int(cycle.nanoseconds))) < burst.meanBad.nanoseconds
            until = now + Self.exponential(isBad ? burst.meanBad : burst.meanGood, &dice)
        }
        while until <= now {
            isBad.toggle()
            until = until + Self.exponential(isBad ? burst.meanBad : burst.meanGood, &dice)
        }
        return isBad
    }

    /// Exponentially distributed by von Neumann's method (1951): comparisons alone, so that it is the same everywhere.
    static func exponential(_ mean: Delay, _ dice: inout SeededRandom) -> Delay {
        var whole: UInt64 = 0
        while true {
            let first = dice.next() >> 11
            var last = first
            var runLength = 1
            while true {
                let next = dice.next() >> 11
                guard next < last else { break }
                last = next
                runLength += 1
            }
            if runLength % 2 == 1 {
                let part = mean.nanoseconds.multipliedFullWidth(by: first << 11).high
                return Delay(nanoseconds: whole * mean.nanoseconds + part + 1)
            }
            whole += 1
        }
    }
}

import BeaconBasics

extension SeededRandom {
    /// 0 ..< bound; the bias of 2⁻³² and less is of no account here.
    mutating func below(_ bound: Int) -> Int {
        bound <= 1 ? 0 : Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    mutating func between(_ low: Delay, _ high: Delay) -> Delay {
        guard high > low else { return low }
        return Delay(nanoseconds: low.nanoseconds + UInt64(below(Int(high.nanoseconds - low.nanoseconds))))
    }

    /// True with a probability of `perMillion` / 10⁶.
    mutating func happens(_ perMillion: UInt32) -> Bool {
        perMillion > 0 && next().multipliedFullWidth(by: 1_000_000).high < UInt64(perMillion)
    }

    /// `count` different numbers of `0 ..< bound`, in ascending order.
    mutating func choose(_ count: Int, below bound: Int) -> [Int] {
        var all = Array(0..<bound)
        for place in 0..<min(count, bound) { all.swapAt(place, place + below(bound - place)) }
        return all.prefix(count).sorted()
    }

    mutating func shuffle(_ values: inout [Int]) {
        guard values.count > 1 else { return }
        for place in stride(from: values.count - 1, to: 0, by: -1) { values.swapAt(place, below(place + 1)) }
    }

    /// A generator of its own for a part of the simulation, so that one part's draws do not shift another's.
    mutating func fork() -> SeededRandom { SeededRandom(seed: next()) }
}

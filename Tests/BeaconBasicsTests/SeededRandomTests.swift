import BeaconBasics
import Testing

@Suite struct SeededRandomTests {
    /// SplitMix64's published test values for seed 1234567 (Vigna's reference implementation).
    @Test func itIsSplitMix64() {
        var dice = SeededRandom(seed: 1_234_567)
        let first = (0..<5).map { _ in dice.next() }
        #expect(
            first == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ])
    }

    @Test func aSeedReplays() {
        var a = SeededRandom(seed: 7)
        var b = SeededRandom(seed: 7)
        var c = SeededRandom(seed: 8)
        for _ in 0..<100 {
            let (first, same, other) = (a.next(), b.next(), c.next())
            #expect(first == same)
            #expect(first != other)
        }
    }
}

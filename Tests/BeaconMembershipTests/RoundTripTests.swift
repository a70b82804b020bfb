import BeaconBasics
import Testing

@testable import BeaconMembership

@Suite struct RoundTripTests {
    @Test func itFollowsWhatIsMeasured() {
        var time = RoundTrip()
        #expect(!time.isMeasured)
        for _ in 0..<200 { time.measured(.milliseconds(40)) }
        #expect(time.smoothed! >= .milliseconds(39) && time.smoothed! <= .milliseconds(41))
        #expect(time.high <= .milliseconds(42))
        for _ in 0..<200 { time.measured(.milliseconds(300)) }
        #expect(time.high >= .milliseconds(299))
    }

    @Test func jitterRaisesTheHighMark() {
        var time = RoundTrip()
        var random = SeededRandom(seed: 5)
        for _ in 0..<500 { time.measured(.milliseconds(20 + random.next() % 100)) }
        #expect(time.high > .milliseconds(90) && time.high < .milliseconds(160))
    }

    @Test(arguments: [0, 50, 100, 150, 200, 300, 500]) func lossOfOneWay(perMille: Int) {
        var meter = LossMeter()
        var random = SeededRandom(seed: 9)
        var sum = 0
        for attempt in 0..<20_000 {
            let there = Int(random.next() % 1_000) >= perMille
            let back = Int(random.next() % 1_000) >= perMille
            meter.attempt(answered: there && back, weight: 6)
            if attempt >= 10_000 { sum += meter.perMille }
        }
        #expect(abs(sum / 10_000 - perMille) <= 15)
    }

    @Test func nothingAnsweredIsAllLost() {
        var meter = LossMeter()
        for _ in 0..<100 { meter.attempt(answered: false, weight: 3) }
        #expect(meter.perMille > 980)
        for _ in 0..<200 { meter.attempt(answered: true, weight: 3) }
        #expect(meter.perMille == 0)
    }
}

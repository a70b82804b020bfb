import BeaconBasics
import Testing

@Suite struct MomentTests {
    @Test func delaysAdd() {
        let start = Moment(nanoseconds: 5)
        #expect(start + .milliseconds(2) == Moment(nanoseconds: 2_000_005))
        #expect(start + .seconds(3) == Moment(nanoseconds: 3_000_000_005))
        #expect(start < start + Delay(nanoseconds: 1))
        #expect(Delay.milliseconds(1_500).inSeconds == 1.5)
        #expect(Delay.seconds(1) == .milliseconds(1_000))
    }

    @Test func timeSinceTheFutureIsNothing() {
        let early = Moment(nanoseconds: 10)
        let late = Moment(nanoseconds: 35)
        #expect(late.since(early) == Delay(nanoseconds: 25))
        #expect(early.since(late) == Delay(nanoseconds: 0))
        #expect(early.since(early) == Delay(nanoseconds: 0))
    }

    @Test(
        arguments: [
            (0, 0, 0), (999_999, 0, 0), (1_000_000, 1, 0), (999_999_999, 999, 0), (1_000_000_000, 1_000, 1),
            (4_294_967_295_999_999, 4_294_967_295, 4_294_967), (4_294_967_296_000_000, 0, 4_294_967),
            (4_294_967_296_000_000_000, 0, 0),
        ] as [(UInt64, UInt32, UInt32)])
    func shortFormsAreWholeAndWrap(nanoseconds: UInt64, milliseconds: UInt32, seconds: UInt32) {
        #expect(Moment(nanoseconds: nanoseconds).milliseconds32 == milliseconds)
        #expect(Moment(nanoseconds: nanoseconds).seconds32 == seconds)
    }
}

import BeaconBasics
import Testing

@testable import BeaconCrypto

@Suite struct ReplayWindowTests {
    typealias Window = ReplayWindow<17>

    @Test func isAThousandAndTwentyFourWide() { #expect(Window.width == 1_024) }

    @Test func takesEachCounterOnceInAnyOrderWithinItsWidth() {
        var window = Window()
        for counter in [5, 1, 1_025, 4, 3, 2, 1_000] as [UInt64] {
            let fresh = window.isFresh(counter)
            #expect(fresh, "\(counter)")
            window.mark(counter)
            let again = window.isFresh(counter)
            #expect(!again, "\(counter)")
        }
    }

    @Test func whatIsOlderThanItsWidthCountsAsSeen() {
        var window = Window()
        window.mark(5_000)
        #expect(window.isFresh(5_000 - 1_023))
        #expect(!window.isFresh(5_000 - 1_024))
        #expect(!window.isFresh(0))
    }

    @Test(arguments: [1, 63, 64, 65, 1_023, 1_024, 1_025, 1_087, 1_088, 1_089, 100_000] as [UInt64])
    func movingOnClearsWhatTheRingUsedToStandFor(step: UInt64) {
        var window = Window()
        for counter in 0..<2_000 as Range<UInt64> { window.mark(counter) }
        let highest = 1_999 + step
        window.mark(highest)
        for counter in (highest - 1_023)..<highest where counter > 1_999 {
            #expect(window.isFresh(counter), "\(counter)")
        }
        for counter in min(highest - 1_023, 1_999)...1_999 {
            #expect(!window.isFresh(counter), "\(counter)")
        }
    }

    /// Against a set of all counters that were ever marked.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func agreesWithAModel(seed: UInt64) {
        var dice = SeededRandom(seed: seed)
        var window = Window()
        var seen: Set<UInt64> = []
        var highest: UInt64 = 0
        for _ in 0..<20_000 {
            let low = highest > 1_200 ? highest - 1_200 : 0
            let counter = UInt64.random(
                in: low...(highest + [2, 70, 3_000].randomElement(using: &dice)!), using: &dice)
            let expected = !seen.contains(counter) && (seen.isEmpty || counter + 1_024 > highest)
            let fresh = window.isFresh(counter)
            #expect(fresh == expected, "\(counter) below \(highest)")
            guard fresh else { continue }
            window.mark(counter)
            seen.insert(counter)
            highest = max(highest, counter)
        }
    }

    @Test func holdsAtTheEndOfTheCounters() {
        var window = Window()
        window.mark(SealedHeader.maximumCounter)
        #expect(!window.isFresh(SealedHeader.maximumCounter))
        #expect(window.isFresh(SealedHeader.maximumCounter - 1))
    }
}

import BeaconLoadKit
import Testing

struct StatisticsTests {
    @Test(arguments: [
        ([3.0], 3.0, 3.0, 3.0), ([5, 1, 3], 3, 1, 5), ([4, 1, 2, 3], 2.5, 1, 4), ([1, 1, 1, 9, 1], 1, 1, 9),
    ])
    func `Median and range`(samples: [Double], median: Double, low: Double, high: Double) throws {
        let spread = try #require(Spread(samples))
        #expect(spread.median == median && spread.low == low && spread.high == high)
    }

    @Test func `Nothing to take a median of`() {
        #expect(Spread([]) == nil)
        #expect(Spread([.nan, .infinity]) == nil)
    }
}

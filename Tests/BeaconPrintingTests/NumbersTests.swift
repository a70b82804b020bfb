import BeaconPrinting
import Testing

struct NumbersTests {
    @Test(arguments: [
        (0, 0, "0"), (0.5, 0, "1"), (1.25, 1, "1.3"), (-1.25, 1, "-1.3"), (3, 2, "3.00"), (0.005, 3, "0.005"),
        (999.9996, 3, "1000.000"), (-0.001, 2, "0.00"),
    ])
    func `Fixed decimals`(value: Double, digits: Int, text: String) {
        #expect(decimal(value, digits: digits) == text)
    }

    @Test func `Trimmed decimals`() {
        #expect(decimal(1.5, digits: 3, trimmed: true) == "1.5")
        #expect(decimal(100, digits: 3, trimmed: true) == "100")
    }

    @Test(arguments: [.nan, .infinity, 1e300, -1e300])
    func `Values without a fixed form do not trap`(value: Double) {
        #expect(!decimal(value, digits: 3).isEmpty)
    }

    @Test(arguments: [
        (0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567"), (Int.min, "-9,223,372,036,854,775,808"),
    ])
    func `Groups of three`(value: Int, text: String) {
        #expect(grouped(value) == text)
    }
}

extension Delay {
    /// As operators write it: digits and `ms`, `s`, `m` or `h` (`130s`, `2m`, `500ms`); digits alone are seconds. nil for
    /// anything else, and for what is too long to be counted in nanoseconds.
    package init?(text: some StringProtocol) {
        let digits = text.prefix { $0.isASCII && $0.isWholeNumber }
        guard !digits.isEmpty, let count = UInt64(digits: digits) else { return nil }
        let unit: UInt64? =
            switch text.dropFirst(digits.count) {
            case "ms": 1_000_000
            case "s", "": 1_000_000_000
            case "m": 60_000_000_000
            case "h": 3_600_000_000_000
            default: nil
            }
        guard let unit else { return nil }
        let (nanoseconds, isTooLong) = count.multipliedReportingOverflow(by: unit)
        guard !isTooLong else { return nil }
        self.init(nanoseconds: nanoseconds)
    }

    /// The same, in the largest unit that says it exactly; below a millisecond nothing is left.
    package var text: String {
        let milliseconds = nanoseconds / 1_000_000
        guard milliseconds > 0 else { return "0s" }
        for (unit, length) in [("h", 3_600_000), ("m", 60_000), ("s", 1_000)] as [(String, UInt64)]
        where milliseconds % length == 0 {
            return "\(milliseconds / length)\(unit)"
        }
        return "\(milliseconds)ms"
    }
}

import BeaconBasics

extension ValueSyntax where Value == Delay {
    /// `130s`, `2m`, `500ms`, `1h`; digits alone are seconds.
    static func duration(_ range: ClosedRange<Delay>) -> Self {
        Self(
            placeholder: "duration",
            parse: { text throws(InvalidValue) in
                guard let value = Delay(text: text), range.contains(value) else {
                    let (low, high) = (format(range.lowerBound), format(range.upperBound))
                    throw InvalidValue("is not a time from \(low) to \(high), like 90, 130s or 2m")
                }
                return value
            },
            format: format)
    }

    /// In the largest unit that leaves a whole number.
    @Sendable
    private static func format(_ delay: Delay) -> String {
        let milliseconds = delay.nanoseconds / 1_000_000
        let units: [(UInt64, String)] = [(3_600_000, "h"), (60_000, "m"), (1_000, "s")]
        guard milliseconds > 0, let unit = units.first(where: { milliseconds % $0.0 == 0 }) else {
            return milliseconds == 0 ? "0" : "\(milliseconds)ms"
        }
        return "\(milliseconds / unit.0)\(unit.1)"
    }
}

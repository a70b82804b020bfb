import BeaconBasics

extension ValueSyntax where Value == Delay {
    /// `130s`, `2m`, `500ms`, `1h`; digits alone are seconds.
    static func duration(_ range: ClosedRange<Delay>) -> Self {
        Self(
            placeholder: "duration",
            parse: { text throws(InvalidValue) in
                guard let value = Delay(text: text), range.contains(value) else {
                    throw InvalidValue(
                        "is not a time from \(range.lowerBound.text) to \(range.upperBound.text), like 90, 130s or 2m")
                }
                return value
            },
            format: \.text)
    }
}

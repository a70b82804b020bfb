import BeaconBasics

extension ValueSyntax where Value == Delay {
    /// `130s`, `2m`, `500ms`, `1h`; digits alone are seconds. 0 where that means never.
    static func duration(_ range: ClosedRange<Delay>, orZero: Bool = false) -> Self {
        Self(
            placeholder: "duration",
            parse: { text throws(InvalidValue) in
                guard let value = Delay(text: text), range.contains(value) || orZero && value == .seconds(0) else {
                    let (low, high) = (range.lowerBound.text, range.upperBound.text)
                    throw InvalidValue(
                        "is not a time from \(low) to \(high), like 90, 130s or 2m\(orZero ? ", or 0" : "")")
                }
                return value
            },
            format: \.text)
    }
}

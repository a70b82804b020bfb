import BeaconBasics

extension ValueSyntax where Value == Delay {
    /// Seconds, also as `90s`, `15m`, `1h`; 0 where that means never.
    static func duration(_ range: ClosedRange<Delay>, orZero: Bool = false) -> Self {
        Self(
            placeholder: "duration",
            parse: { text throws(InvalidValue) in
                guard let value = parseDuration(text), range.contains(value) || orZero && value == .seconds(0) else {
                    let (low, high) = (formatDuration(range.lowerBound), formatDuration(range.upperBound))
                    throw InvalidValue(
                        "is not a time from \(low) to \(high), like 90s, 15m or 1h\(orZero ? ", or 0" : "")")
                }
                return value
            },
            format: formatDuration)
    }
}

private let durationUnits: [(letter: Character, seconds: UInt64)] = [("h", 3_600), ("m", 60), ("s", 1)]

private func parseDuration(_ text: String) -> Delay? {
    var digits = text[...]
    var unit: UInt64 = 1
    if let letter = digits.last, let known = durationUnits.first(where: { $0.letter == letter }) {
        digits.removeLast()
        unit = known.seconds
    }
    guard let count = UInt64(digits: String(digits)), count <= 1_000_000_000 else { return nil }
    return .seconds(count * unit)
}

@Sendable
private func formatDuration(_ value: Delay) -> String {
    let seconds = value.nanoseconds / 1_000_000_000
    guard seconds > 0, let unit = durationUnits.first(where: { seconds % $0.seconds == 0 }) else { return "0" }
    return "\(seconds / unit.seconds)\(unit.letter)"
}

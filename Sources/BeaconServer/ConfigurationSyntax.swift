import BeaconBasics
import Logging

/// How one kind of value is written: text to value and back.
struct ValueSyntax<Value: Sendable>: Sendable {
    /// What to put there, for the help: `host:port`.
    let placeholder: String
    let parse: @Sendable (String) throws(InvalidValue) -> Value
    /// A text that `parse` reads as the same value.
    let format: @Sendable (Value) -> String
}

/// Why a text is no value, as the end of a sentence that begins with the text: "is not …".
struct InvalidValue: Error, Equatable {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

extension ValueSyntax {
    /// The same value, or none: written as `word`.
    func orNone(_ word: String) -> ValueSyntax<Value?> {
        ValueSyntax<Value?>(
            placeholder: word.isEmpty ? placeholder : "\(placeholder)|\(word)",
            parse: { text throws(InvalidValue) in text == word ? nil : try parse(text) },
            format: { $0.map(format) ?? word })
    }

    /// Several, separated by commas. Spaces around a comma and empty entries are ignored.
    func list() -> ValueSyntax<[Value]> {
        ValueSyntax<[Value]>(
            placeholder: "\(placeholder),…",
            parse: { text throws(InvalidValue) in
                var values: [Value] = []
                for part in commaSeparated(text) { values.append(try parse(part)) }
                return values
            },
            format: { $0.map(format).joined(separator: ",") })
    }
}

extension ValueSyntax where Value == String {
    /// Any text without control characters.
    static func text(_ placeholder: String) -> Self {
        Self(
            placeholder: placeholder,
            parse: { text throws(InvalidValue) in
                guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
                    throw InvalidValue("has control characters")
                }
                return text
            },
            format: { $0 })
    }

    /// What both sides of a fleet must have alike: short, and nothing that looks like something else.
    static var label: Self {
        Self(
            placeholder: "name",
            parse: { text throws(InvalidValue) in
                guard text.utf8.count <= 64, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                    throw InvalidValue("is not a name of at most 64 visible ASCII characters")
                }
                return text
            },
            format: { $0 })
    }

    fileprivate static var hostName: Self {
        Self(
            placeholder: "name",
            parse: { text throws(InvalidValue) in
                guard isHostName(text[...]) else { throw InvalidValue("is not a host name") }
                return text.lowercased()
            },
            format: { $0 })
    }
}

extension ValueSyntax where Value == [String] {
    static var hostNames: Self { ValueSyntax<String>.hostName.list() }
}

extension ValueSyntax where Value == Secret {
    static var secret: Self {
        Self(
            placeholder: "secret",
            parse: { text throws(InvalidValue) in Secret(try ValueSyntax<String>.text("").parse(text)) },
            format: { $0.revealed })
    }
}

extension ValueSyntax where Value: FixedWidthInteger {
    static func whole(_ range: ClosedRange<Value>) -> Self {
        Self(
            placeholder: "number",
            parse: { text throws(InvalidValue) in
                guard let value = Value(digits: text), range.contains(value) else {
                    throw InvalidValue("is not a whole number from \(range.lowerBound) to \(range.upperBound)")
                }
                return value
            },
            format: { String($0) })
    }
}

extension ValueSyntax where Value == Int {
    /// Bytes, also as `64K`, `16MiB`, `1G`: powers of 1024. `16MB` is refused, because nobody agrees what it means.
    static func bytes(_ range: ClosedRange<Int>) -> Self {
        Self(
            placeholder: "bytes",
            parse: { text throws(InvalidValue) in
                guard let value = parseBytes(text), range.contains(value) else {
                    let (low, high) = (formatBytes(range.lowerBound), formatBytes(range.upperBound))
                    throw InvalidValue("is not a size from \(low) to \(high), like 4194304, 4M or 4MiB")
                }
                return value
            },
            format: formatBytes)
    }
}

private let byteUnits = [(letter: "G", shift: 30), (letter: "M", shift: 20), (letter: "K", shift: 10)]

private func parseBytes(_ text: String) -> Int? {
    let number = text.prefix { $0.isNumber }
    let suffix = text[number.endIndex...].uppercased()
    guard !number.isEmpty, let count = Int(digits: number) else { return nil }
    if suffix.isEmpty { return count }
    guard let unit = byteUnits.first(where: { suffix == $0.letter || suffix == "\($0.letter)IB" }) else { return nil }
    let (value, overflow) = count.multipliedReportingOverflow(by: 1 << unit.shift)
    return overflow ? nil : value
}

@Sendable
private func formatBytes(_ value: Int) -> String {
    guard value > 0, let unit = byteUnits.first(where: { value % (1 << $0.shift) == 0 }) else { return String(value) }
    return "\(value >> unit.shift)\(unit.letter)iB"
}

/// The non-blank entries of a comma-separated list, without the spaces around them.
func commaSeparated(_ text: String) -> [String] {
    text.split(separator: ",").map { trimmed($0, \.isWhitespace) }.filter { !$0.isEmpty }
}

/// The text without what `isBlank` at both ends.
func trimmed(_ text: Substring, _ isBlank: (Character) -> Bool) -> String {
    let head = text.drop(while: isBlank)
    return String(head.reversed().drop(while: isBlank).reversed())
}

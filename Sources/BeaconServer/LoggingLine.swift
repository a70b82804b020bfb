import BeaconBasics
import Glibc
import Logging

/// One log line. Its fields are data from the network: whatever they hold, it stays one line, in its place and of
/// bounded length.
struct LogLine {
    let time: LogTime
    let level: Logger.Level
    let message: String
    let fields: Logger.Metadata
    /// Lines of this message that were not written before this one.
    let suppressed: UInt64

    /// UTF-8 bytes of a value that are written; the rest becomes `…`.
    static let valueLimit = 512

    func rendered(_ format: Configuration.LogFormat) -> String {
        switch format {
        case .text: text
        case .json: json
        }
    }

    private var sortedFields: [(key: String, value: Logger.MetadataValue)] {
        var all = fields
        if suppressed > 0 { all["suppressed"] = .stringConvertible(suppressed) }
        return all.sorted { $0.key < $1.key }
    }

    /// `2026-11-22T14:31:00.123Z info  listening address=[::]:9001 shards=2`. A value is quoted where it could be
    /// misread, as a JSON string.
    private var text: String {
        var line = "\(timestamp) \(level.shortName.padded(to: 5)) \(escaped(message))"
        for (key, value) in sortedFields {
            let text = value.plainText
            line += " \(escaped(key))=\(text.needsQuotes ? "\"\(escaped(text))\"" : clipped(text))"
        }
        return line
    }

    /// One object: time, level and message, then the fields at the same depth. A field of one of these names, which
    /// would hide the line's own, gets a `_` behind it.
    private var json: String {
        var line = #"{"time":"\#(timestamp)","level":"\#(level.shortName)","message":"\#(escaped(message))""#
        for (key, value) in sortedFields {
            let name = ["time", "level", "message"].contains(key) ? key + "_" : key
            line += #","\#(escaped(name))":\#(value.json)"#
        }
        return line + "}"
    }

    /// RFC 3339, UTC, milliseconds.
    private var timestamp: String {
        var seconds = time_t(time.unixMilliseconds / 1_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func digits(_ number: some BinaryInteger, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
        }
        let date = "\(digits(parts.tm_year + 1900, 4))-\(digits(parts.tm_mon + 1, 2))-\(digits(parts.tm_mday, 2))"
        let clock = "\(digits(parts.tm_hour, 2)):\(digits(parts.tm_min, 2)):\(digits(parts.tm_sec, 2))"
        return "\(date)T\(clock).\(digits(time.unixMilliseconds % 1_000, 3))Z"
    }
}

extension Logger.Level {
    /// The name that `--log-level` takes, where it takes one.
    var shortName: String { self == .warning ? "warn" : rawValue }
}

extension Logger.MetadataValue {
    fileprivate var plainText: String {
        switch self {
        case .string(let text): text
        case .stringConvertible(let value): value.description
        case .array(let values): values.map(\.plainText).joined(separator: ",")
        case .dictionary(let fields):
            fields.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value.plainText)" }.joined(separator: ",")
        }
    }

    /// Integers and booleans as such, lists as arrays, the rest as strings.
    fileprivate var json: String {
        switch self {
        case .stringConvertible(let value) where value is any FixedWidthInteger || value is Bool: value.description
        case .array(let values): "[\(values.map(\.json).joined(separator: ","))]"
        case .string, .stringConvertible, .dictionary: "\"\(escaped(plainText))\""
        }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - utf8.count))
    }

    fileprivate var needsQuotes: Bool {
        isEmpty || unicodeScalars.contains { $0 == " " || $0 == "=" || $0 == "\"" || $0 == "\\" || isUnprintable($0) }
    }
}

private func clipped(_ text: String) -> String {
    text.utf8.count <= LogLine.valueLimit ? text : escaped(text)
}

/// The text with escapes, cut at the limit.
private func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
        guard out.utf8.count < LogLine.valueLimit else { return out + "…" }
        appendEscaped(scalar, to: &out)
    }
    return out
}

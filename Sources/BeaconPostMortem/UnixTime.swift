import BeaconBasics
import Glibc

/// A moment of the wall clock as operators write it: RFC 3339, UTC.
public enum UnixTime {
    /// `2026-12-01T05:44:05.123Z`; what no calendar holds is the number of seconds.
    public static func text(_ seconds: Double) -> String {
        guard seconds.isFinite, abs(seconds) < 200_000_000_000 else { return "\(seconds)" }
        let milliseconds = Int64((seconds * 1_000).rounded())
        var whole = time_t((milliseconds - (milliseconds % 1_000 + 1_000) % 1_000) / 1_000)
        var parts = tm()
        gmtime_r(&whole, &parts)
        func padded(_ number: Int32, _ width: Int) -> String {
            let digits = "\(number)"
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let date = "\(padded(parts.tm_year + 1900, 4))-\(padded(parts.tm_mon + 1, 2))-\(padded(parts.tm_mday, 2))"
        let time = "\(padded(parts.tm_hour, 2)):\(padded(parts.tm_min, 2)):\(padded(parts.tm_sec, 2))"
        return "\(date)T\(time).\(padded(Int32((milliseconds % 1_000 + 1_000) % 1_000), 3))Z"
    }

    /// RFC 3339 in UTC (`2026-12-01T05:44:05Z`, with or without a fraction), Unix seconds (`1764567845.5`), or a time
    /// before `end` (`5m`, `90s`); nil for anything else.
    public static func parse(_ text: String, before end: Double) -> Double? {
        if text.hasSuffix("Z") { return absolute(text) }
        if let last = text.utf8.last, last >= 0x61, let delay = Delay(text: text) { return end - delay.inSeconds }
        guard let seconds = Double(text), seconds.isFinite, seconds >= 0 else { return nil }
        return seconds
    }

    private static func absolute(_ text: String) -> Double? {
        let bytes = Array(text.utf8.dropLast())
        guard bytes.count >= 19, bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] == 0x54 || bytes[10] == 0x20,
            bytes[13] == 0x3A, bytes[16] == 0x3A
        else { return nil }
        func number(_ range: Range<Int>) -> Int32? {
            guard bytes[range].allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
            return Int32(String(decoding: bytes[range], as: UTF8.self))
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19), (1...12).contains(month),
            (1...31).contains(day), hour < 24, minute < 60, second < 61
        else { return nil }
        var fraction = 0.0
        if bytes.count > 19 {
            guard bytes[19] == 0x2E, bytes.count > 20, number(20..<min(bytes.count, 29)) != nil else { return nil }
            fraction = Double("0." + String(decoding: bytes[20..<min(bytes.count, 29)], as: UTF8.self)) ?? 0
        }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year - 1900, month - 1, day)
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (hour, minute, second)
        return Double(timegm(&parts)) + fraction
    }
}

/// Whatever a file holds, it must not move a terminal's cursor.
public func printable(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
        if isUnprintable(scalar) { appendEscaped(scalar, to: &out) } else { out.unicodeScalars.append(scalar) }
    }
    return out
}

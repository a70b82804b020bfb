/// A text in quotes, for a message: control characters escaped, and cut after `limit` characters. Uncut, it is a JSON
/// string.
package func quoted(_ text: String, limit: Int = 80) -> String {
    var out = "\""
    for (count, scalar) in text.unicodeScalars.enumerated() {
        guard count < limit else { return out + "…\"" }
        appendEscaped(scalar, to: &out)
    }
    return out + "\""
}

/// Appends a scalar, or an escape if it is one that could end a line, move a terminal's cursor, hide or reorder text:
/// controls, format characters (bidirectional overrides, zero width), separators, and what has no meaning.
/// The escapes are JSON's (RFC 8259 §7), so that a quoted text in a log line is a JSON string too.
package func appendEscaped(_ scalar: Unicode.Scalar, to text: inout String) {
    switch scalar {
    case "\"": text += "\\\""
    case "\\": text += "\\\\"
    case "\n": text += "\\n"
    case "\r": text += "\\r"
    case "\t": text += "\\t"
    case _ where isUnprintable(scalar):
        for unit in UTF16.encode(scalar)! {
            let hex = String(unit, radix: 16)
            text += "\\u" + String(repeating: "0", count: 4 - hex.utf8.count) + hex
        }
    default: text.unicodeScalars.append(scalar)
    }
}

package func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: return true
    default: return false
    }
}

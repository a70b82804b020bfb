import BeaconBasics
import BeaconJSON

extension BeaconEvent {
    /// The fields as a JSON object of texts, in their order.
    var fieldsJSON: String {
        "{" + fields.map { "\(Self.literal($0.name)):\(Self.literal($0.value))" }.joined(separator: ",") + "}"
    }

    /// The fields of such a text; none if it is no object. Values that are no texts are left out.
    static func fields(json: String) -> [Field] {
        guard case .object(let members) = try? JSONReader.read(Array(json.utf8)) else { return [] }
        return members.compactMap { member in
            if case .string(let value) = member.value { Field(member.key, value) } else { nil }
        }
    }

    /// RFC 8259 §7: quotation marks, backslashes and control characters are escaped.
    private static func literal(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let hex = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}

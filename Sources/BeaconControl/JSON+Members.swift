public import BeaconJSON

extension JSON {
    /// A member of an object; nil for everything else.
    public subscript(_ key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// Without control characters: whatever is behind the port, it must not move a terminal's cursor.
    public var string: String? {
        guard case .string(let text) = self else { return nil }
        return text.unicodeScalars.map {
            $0.properties.generalCategory == .control ? "\\u{\(String($0.value, radix: 16))}" : String($0)
        }.joined()
    }

    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var double: Double? { if case .number(let text) = self { Double(text) } else { nil } }
    public var integer: Int? { if case .number(let text) = self { Int(text) } else { nil } }
    public var items: [JSON] { if case .array(let items) = self { items } else { [] } }
    /// In the order of the text.
    public var members: [JSON.Member] { if case .object(let members) = self { members } else { [] } }
}

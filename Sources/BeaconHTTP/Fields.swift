/// Header fields in the order they came; names are compared without case (RFC 9110 §5.1).
public struct Fields: Equatable, Sendable {
    public struct Field: Equatable, Sendable {
        public let name: String
        public let value: String
    }

    public private(set) var all: [Field] = []

    public init() {}

    public var count: Int { all.count }

    /// The value of the first field of that name.
    public subscript(name: String) -> String? { all.first { Self.same($0.name, name) }?.value }

    /// The values of all fields of that name.
    public func values(_ name: String) -> [String] { all.filter { Self.same($0.name, name) }.map(\.value) }

    /// The members of a list field, over all its lines, without empty ones, in lower case (RFC 9110 §5.6.1). For lists
    /// of tokens: a comma inside a quoted string would split it.
    public func members(_ name: String) -> [String] {
        values(name).flatMap { value in
            Array(value.utf8).split(separator: UInt8(ascii: ",")).map { $0.trimmed.map(\.lowercased).opaqueText }
        }.filter { !$0.isEmpty }
    }

    public mutating func add(_ name: String, _ value: String) { all.append(Field(name: name, value: value)) }

    private static func same(_ a: String, _ b: String) -> Bool {
        a.utf8.elementsEqual(b.utf8) { $0.lowercased == $1.lowercased }
    }
}

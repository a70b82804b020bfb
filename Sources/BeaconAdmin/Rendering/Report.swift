/// What an endpoint has to say, as an ordered tree. JSON and text are two ways to print the same tree, so that names
/// and order never differ between them.
enum Report: Equatable, Sendable {
    struct Member: Equatable, Sendable {
        let name: String
        let value: Report
    }

    case object([Member])
    /// An object that text shows as one word of a line or table.
    case inline([Member])
    case array([Report])
    case string(String)
    case integer(Int)
    case double(Double)
    case bool(Bool)
    case null

    init(_ value: String) { self = .string(value) }
    init(_ value: Bool) { self = .bool(value) }
    /// A counter beyond 2⁶³ shows as 2⁶³ − 1.
    init(_ value: some BinaryInteger) { self = .integer(Int(clamping: value)) }
    init(_ value: String?) { self = value.map(Report.string) ?? .null }
    init(_ value: Bool?) { self = value.map(Report.bool) ?? .null }
    init(_ value: (some BinaryInteger)?) { self = value.map { .integer(Int(clamping: $0)) } ?? .null }

    /// Seconds to the millisecond: more digits would be noise.
    init(seconds: Double?) {
        self = seconds.map { .double(($0 * 1_000).rounded() / 1_000) } ?? .null
    }

    init(_ members: some Sequence<(String, Report)>) { self = .object(members.map { Member(name: $0, value: $1) }) }
    init(inline members: some Sequence<(String, Report)>) {
        self = .inline(members.map { Member(name: $0, value: $1) })
    }
}

/// Keeps the order of the members as written.
extension Report: ExpressibleByDictionaryLiteral {
    init(dictionaryLiteral members: (String, Report)...) { self.init(members) }
}

/// One value of a row, in SQLite's terms.
public enum SnapshotCell: Equatable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])

    init(_ value: some BinaryInteger) { self = .integer(Int64(clamping: value)) }
    init(_ value: Bool) { self = .integer(value ? 1 : 0) }
    init(_ value: Double) { self = .real(value) }
    init(_ value: Double?) { self = value.map { .real($0) } ?? .null }
    init(_ value: String) { self = .text(value) }
    init(_ value: String?) { self = value.map { .text($0) } ?? .null }
    init(_ value: [UInt8]?) { self = value.map { .blob($0) } ?? .null }
}

/// A row that was read, by column name. What is missing or of another type is zero, empty or nil: files come from other
/// versions, and from other hands.
struct SnapshotCells {
    private var cells: [String: SnapshotCell]

    init(_ cells: [String: SnapshotCell]) { self.cells = cells }

    func integer<Value: FixedWidthInteger>(_ name: String) -> Value {
        switch cells[name] {
        case .integer(let value): Value(clamping: value)
        case .real(let value): Value(exactly: value.rounded()) ?? 0
        default: 0
        }
    }

    func optionalReal(_ name: String) -> Double? {
        switch cells[name] {
        case .integer(let value): Double(value)
        case .real(let value): value
        default: nil
        }
    }

    func real(_ name: String) -> Double { optionalReal(name) ?? 0 }
    func flag(_ name: String) -> Bool { (integer(name) as Int64) != 0 }

    func optionalText(_ name: String) -> String? {
        if case .text(let value) = cells[name] { value } else { nil }
    }

    func text(_ name: String) -> String { optionalText(name) ?? "" }

    func optionalBlob(_ name: String) -> [UInt8]? {
        if case .blob(let value) = cells[name] { value } else { nil }
    }
}

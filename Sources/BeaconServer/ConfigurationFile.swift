import BeaconBasics
import BeaconJSON

/// What a configuration file says: one text per setting.
struct ConfigurationFile {
    /// Bytes that are still read.
    static let limit = 1 << 20

    struct Entry: Equatable {
        let key: Setting.Key
        /// The value as a flag would have it.
        let text: String
        let place: String
    }

    private(set) var entries: [Entry] = []
    private(set) var problems: [ConfigurationError.Problem] = []
    /// Everybody on the machine can read it.
    private(set) var isPublic = false
    let path: String

    /// Reads the file; everything wrong with it, its absence too, ends in `problems`.
    init(path: String) {
        self.path = path
        do {
            let file = try SmallFile.read(path, limit: Self.limit)
            isPublic = file.isReadableByOthers
            interpret(file.bytes)
        } catch {
            report(at: nil, error.description)
        }
    }

    /// The content of a file, for tests and for those who have it already.
    init(path: String, bytes: [UInt8]) {
        self.path = path
        interpret(bytes)
    }

    private mutating func interpret(_ bytes: [UInt8]) {
        do {
            guard case .object(let members) = try JSONReader.read(bytes) else {
                return report(at: nil, "must hold one JSON object")
            }
            members.forEach { add($0) }
        } catch {
            report(at: error.line, "is not JSON: \(error.reason)")
        }
    }

    private mutating func add(_ member: JSON.Member) {
        let name = quoted(member.key)
        guard let setting = Setting.named(member.key) else {
            return report(at: member.line, "\(name) is no setting\(suggestion(for: member.key))")
        }
        guard setting.key != .config else { return report(at: member.line, "\(name) cannot be set by a file") }
        guard !entries.contains(where: { $0.key == setting.key }) else {
            return report(at: member.line, "\(name) is there twice")
        }
        guard let text = member.value.scalarText else {
            return report(at: member.line, "\(name) must be a string, a number or a boolean")
        }
        entries.append(Entry(key: setting.key, text: text, place: "\(path):\(member.line): \(name)"))
    }

    private mutating func report(at line: Int?, _ sentence: String) {
        problems.append(.init(place: line.map { "\(path):\($0)" } ?? path, sentence: sentence))
    }
}

extension JSON {
    /// Text of a string, a number as written, or a boolean; nil for the rest.
    fileprivate var scalarText: String? {
        switch self {
        case .string(let text), .number(let text): text
        case .bool(let value): value ? "true" : "false"
        case .null, .array, .object: nil
        }
    }
}

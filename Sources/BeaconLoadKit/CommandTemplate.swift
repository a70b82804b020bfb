/// A command line with `{port}` where the port belongs, as words: no shell reads it.
public struct CommandTemplate: Hashable, Sendable {
    private let words: [String]

    public static let placeholder = "{port}"

    /// Split at blanks; nil if it is empty or has no `{port}`.
    public init?(_ text: String) {
        self.init(words: text.split(separator: " ").map(String.init))
    }

    public init?(words: [String]) {
        guard let program = words.first, !program.contains(Self.placeholder),
            words.contains(where: { $0.contains(Self.placeholder) })
        else { return nil }
        self.words = words
    }

    /// The command with its port, the program first.
    public func words(port: UInt16) -> [String] { words.map { Self.fill($0, String(port)) } }

    private static func fill(_ word: String, _ port: String) -> String {
        var out = ""
        var rest = word[...]
        while !rest.isEmpty {
            if rest.hasPrefix(placeholder) {
                out += port
                rest = rest.dropFirst(placeholder.count)
            } else {
                out.append(rest.removeFirst())
            }
        }
        return out
    }
}

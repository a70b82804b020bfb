/// What may be written besides plain text.
public struct TextStyle: Equatable, Sendable {
    /// Writes to a terminal that can go back to the start of a line and erase it.
    public let canRedraw: Bool
    public let hasColours: Bool

    /// - Parameters:
    ///   - isTerminal: of standard output.
    ///   - environment: TERM, and NO_COLOR, which set to anything but nothing means none (no-color.org).
    public init(isTerminal: Bool, environment: (String) -> String?) {
        let term = environment("TERM") ?? ""
        canRedraw = isTerminal && !term.isEmpty && term != "dumb"
        hasColours = canRedraw && (environment("NO_COLOR") ?? "").isEmpty
    }

    public func good(_ text: String) -> String { coloured(text, 32) }
    public func bad(_ text: String) -> String { coloured(text, 31) }

    private func coloured(_ text: String, _ code: Int) -> String {
        hasColours && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}

/// A JSON value (RFC 8259) that keeps what common decoders lose: the text of numbers, so that no integer goes through a
/// Double; the order and line of members; and members that are there twice.
public enum JSON: Equatable, Sendable {
    case null
    case bool(Bool)
    /// As written.
    case number(String)
    case string(String)
    case array([JSON])
    case object([Member])

    public struct Member: Equatable, Sendable {
        public let key: String
        public let value: JSON
        /// Where the key stands, from 1.
        public let line: Int

        public init(key: String, value: JSON, line: Int) {
            self.key = key
            self.value = value
            self.line = line
        }
    }
}

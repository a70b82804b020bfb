/// All that is wrong with a configuration, so that an operator mends it in one go.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    public let problems: [Problem]

    /// One problem: where, and what.
    public struct Problem: Equatable, Sendable, CustomStringConvertible {
        /// `--relay-rate`, `BEACON_RELAY_RATE`, `/etc/beacon.json:3: relay-rate`.
        public let place: String
        public let sentence: String

        public var description: String { "\(place): \(sentence)" }
    }

    /// One problem a line.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}

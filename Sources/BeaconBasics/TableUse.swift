/// How full one of a component's tables, queues or rings is: what is held must never be more than what is allowed.
public struct TableUse: Hashable, Sendable {
    /// Component and table, as in `membership.suspicions`.
    public var name: String
    /// Entries, unless the name says bytes.
    public var used: Int
    /// At most, at any time between two calls.
    public var limit: Int

    @inlinable
    public init(_ name: String, _ used: Int, of limit: Int) {
        self.name = name
        self.used = used
        self.limit = limit
    }

    @inlinable public var isWithin: Bool { used <= limit }
}

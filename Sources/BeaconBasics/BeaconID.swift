/// A beacon's number in its fleet (`--beacon-id`): not 0, and one of a kind. Every member is known by it, whatever its
/// addresses.
public struct BeaconID: Hashable, Comparable, BitwiseCopyable, Sendable, CustomStringConvertible {
    public var rawValue: UInt32

    @inlinable
    public init(_ rawValue: UInt32) { self.rawValue = rawValue }

    @inlinable
    public static func < (a: BeaconID, b: BeaconID) -> Bool { a.rawValue < b.rawValue }

    public var description: String { String(rawValue) }
}

/// One life of a beacon's process: 48 bits, Unix milliseconds at its start, raised above whatever the fleet remembers
/// of it. A higher session ends the lower one at once: no clock of another host is trusted for it.
public struct SessionID: Hashable, Comparable, BitwiseCopyable, Sendable, CustomStringConvertible {
    public var rawValue: UInt64

    @inlinable
    public init(_ rawValue: UInt64) { self.rawValue = rawValue & Self.maximum }

    public static let maximum: UInt64 = 0xFFFF_FFFF_FFFF

    @inlinable
    public static func < (a: SessionID, b: SessionID) -> Bool { a.rawValue < b.rawValue }

    public var description: String { String(rawValue) }
}

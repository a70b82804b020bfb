/// What a beacon says of itself to its fleet, and what the fleet says of it.
public struct Member: Hashable, Sendable {
    public var beacon: BeaconID
    public var session: SessionID
    /// Raised by the member itself alone, to refute a suspicion or to tell of a change.
    public var incarnation: UInt32
    public var state: MemberState
    /// Takes no new nodes, and leaves by then; the nodes it has stay routable. nil: it goes on serving.
    public var drain: DrainDeadline?
    /// Where its control plane listens, UDP and TCP.
    public var control: Address
    /// Where mesh frames for its nodes go.
    public var data: Address
    /// Of the control protocol.
    public var protocolVersion: UInt8
    /// major, minor, patch: one byte each.
    public var softwareVersion: SoftwareVersion

    public init(
        beacon: BeaconID, session: SessionID, incarnation: UInt32 = 0, state: MemberState = .alive,
        drain: DrainDeadline? = nil, control: Address, data: Address, protocolVersion: UInt8 = 1,
        softwareVersion: SoftwareVersion = SoftwareVersion(0, 0, 0)
    ) {
        self.beacon = beacon
        self.session = session
        self.incarnation = incarnation
        self.state = state
        self.drain = drain
        self.control = control
        self.data = data
        self.protocolVersion = protocolVersion
        self.softwareVersion = softwareVersion
    }
}

extension Member {
    public var isDraining: Bool { drain != nil }
}

/// When a beacon that drains leaves its fleet at the latest.
public struct DrainDeadline: Hashable, BitwiseCopyable, Sendable {
    public var unixSeconds: UInt32

    public init(unixSeconds: UInt32) { self.unixSeconds = unixSeconds }
}

public enum MemberState: UInt8, CaseIterable, Sendable {
    case alive, suspect, dead, left

    /// Nodes of such a member are routable.
    @inlinable public var isRoutable: Bool { self == .alive || self == .suspect }
}

public struct SoftwareVersion: Hashable, Sendable, CustomStringConvertible {
    public var major: UInt8
    public var minor: UInt8
    public var patch: UInt8

    public init(_ major: UInt8, _ minor: UInt8, _ patch: UInt8) {
        (self.major, self.minor, self.patch) = (major, minor, patch)
    }

    public var description: String { "\(major).\(minor).\(patch)" }
}

/// When a node registered where it is: a hybrid logical clock (Kulkarni et al. 2014), Unix milliseconds (48 bits) and a
/// count (16). The highest stamp of a node says which beacon has it; equal ones are decided by the beacon id.
public struct Stamp: Hashable, Comparable, BitwiseCopyable, Sendable {
    public var rawValue: UInt64

    @inlinable
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    @inlinable
    public static func < (a: Stamp, b: Stamp) -> Bool { a.rawValue < b.rawValue }

    @inlinable public var unixMilliseconds: UInt64 { rawValue >> 16 }
}

public import BeaconBasics

/// A registered node, as it is streamed into a file and out of it.
public struct SnapshotNode: Equatable, Sendable {
    public var id: NodeID
    public var endpoint: Address
    /// The beacon's own address that the node talks to, port 0; nil: the bound one.
    public var local: Address?
    /// Unix seconds.
    public var lastSeen: Double
    /// Registered with 08: gets 09 instead of 06.
    public var wantsDestination: Bool
    /// The endpoint has answered a probe.
    public var isProven: Bool
    /// The public key for punch grants, 32 bytes.
    public var key: [UInt8]?

    public init(
        id: NodeID, endpoint: Address, local: Address? = nil, lastSeen: Double, wantsDestination: Bool = false,
        isProven: Bool = false, key: [UInt8]? = nil
    ) {
        self.id = id
        self.endpoint = endpoint
        self.local = local
        self.lastSeen = lastSeen
        self.wantsDestination = wantsDestination
        self.isProven = isProven
        self.key = key
    }
}

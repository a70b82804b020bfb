public import BeaconBasics
public import BeaconRelay

/// What a data plane is made with.
public struct DataPlaneSettings: Sendable {
    public var listen: ListenAddress
    /// Threads and sockets; 1 … 64.
    public var shards: Int
    /// Asked for in both directions, in bytes; the kernel may grant less.
    public var socketBuffer = 16 << 20
    /// What nodes know the beacon as, where that is not the address they reach it at (DNAT). Named in probes.
    public var advertise: Address?
    /// Sent in legacy syncs.
    public var beaconID: UInt32 = 0
    /// Beacons that speak the legacy sync.
    public var peers: [Address] = []
    /// Take syncs only from the IP addresses of `peers`.
    public var strictGossip = false
    public var registry = RegistrySettings()
    /// Called about once a second on the housekeeper's thread.
    public var everySecond: @Sendable () -> Void = {}

    public init(listen: ListenAddress, shards: Int) {
        self.listen = listen
        self.shards = shards
    }
}

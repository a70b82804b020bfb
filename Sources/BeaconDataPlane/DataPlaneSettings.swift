public import BeaconBasics
import BeaconClock
public import BeaconCrypto
public import BeaconDirectory
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
    /// The fleet this beacon is one of; nil: none, and 0B and 0C are unknown types.
    public var fleet: FleetSettings?
    /// Called about once a second on the housekeeper's thread.
    public var everySecond: @Sendable () -> Void = {}
    /// Sockets of the process that this one takes over from, in place of new ones; nothing is read before
    /// `DataPlane.begin`.
    public var adopted: AdoptedSockets?
    /// What the housekeeper goes by. Tests move it.
    var time: @Sendable () -> Moment = { SystemClock.now() }

    public init(listen: ListenAddress, shards: Int) {
        self.listen = listen
        self.shards = shards
    }
}

/// What a data plane needs of its fleet.
public struct FleetSettings: Sendable {
    /// Which beacon has which node, and who is a member; the fleet's shell writes it.
    public var directory: DirectoryTable
    /// `KeyRing.meshKeys(label:)`; replaced later by `DataPlane.setMeshKeys`.
    public var keys: [MeshKey]
    /// The data address that the members know this beacon by. Mesh frames leave from it if it is one of the host's.
    /// nil: not known yet, `DataPlane.setDataAddress` follows.
    public var dataAddress: Address?
    /// Called, from any thread and never twice before a drain, when `drainFleetRequests` or `drainRegistryChanges` has
    /// something. Must return at once and not call into the data plane: it wakes the fleet's loop.
    public var wake: @Sendable () -> Void

    public init(
        directory: DirectoryTable, keys: [MeshKey], dataAddress: Address? = nil, wake: @escaping @Sendable () -> Void
    ) {
        self.directory = directory
        self.keys = keys
        self.dataAddress = dataAddress
        self.wake = wake
    }
}

public import BeaconBasics
public import BeaconCrypto
public import BeaconMembership

/// What a fleet service is made with.
public struct FleetServiceSettings: Sendable {
    public var beacon: BeaconID
    /// Where the control plane listens, UDP and TCP. `::` takes both families; port 0 lets the kernel choose.
    public var listen: Address
    /// Where the data plane listens, as bound.
    public var data: Address
    /// What others are told, where that is not what the sockets are bound to.
    public var advertisedControl: Address?
    public var advertisedData: Address?
    public var keys: KeyRing
    /// Without a key: nothing is stored, and no rotation is possible.
    public var isOpen = false
    public var label = ""
    public var softwareVersion = SoftwareVersion(0, 0, 0)
    public var membership = MembershipPreset.lan
    /// SO_RCVBUF and SO_SNDBUF of the control socket.
    public var socketBuffer = 4 << 20

    public init(beacon: BeaconID, listen: Address, data: Address, keys: KeyRing) {
        self.beacon = beacon
        self.listen = listen
        self.data = data
        self.keys = keys
    }
}

/// Why a fleet does not start, for an operator.
public struct FleetError: Error, Equatable, CustomStringConvertible {
    public let description: String

    public init(description: String) { self.description = description }
}

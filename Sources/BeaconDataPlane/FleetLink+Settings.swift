import BeaconBasics
import BeaconRelay

extension FleetLink {
    /// Mesh frames leave from the address that members know us by, if the kernel lets them: a host with several would
    /// else choose by its routes, and be a stranger to those that look at the source. Behind a NAT it must choose.
    convenience init(_ settings: FleetSettings, listen: ListenAddress, locals: LocalAddresses) {
        var local: UInt16 = 0
        if let data = settings.dataAddress, listen.address.isUnspecified, !data.isUnspecified,
            UDPSocket.canBind(data.host)
        {
            local = locals.intern(data.host)
        }
        self.init(
            directory: settings.directory, keys: MeshKeys(settings.keys), local: local, wake: settings.wake)
    }
}

extension UDPSocket {
    /// Whether the address is one of this host's.
    static func canBind(_ host: Address) -> Bool {
        (try? UDPSocket(bind: ListenAddress(host), reusePort: false)) != nil
    }
}

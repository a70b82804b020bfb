import BeaconBasics
import BeaconRelay

extension FleetLink {
    convenience init(_ settings: FleetSettings, listen: ListenAddress, locals: LocalAddresses) {
        self.init(directory: settings.directory, keys: MeshKeys(settings.keys), wake: settings.wake)
        if let data = settings.dataAddress { leave(from: data, listen: listen, locals: locals) }
    }

    /// Mesh frames leave from the address that members know us by, if it is one of this host's: a host with several
    /// would else choose by its routes, and be a stranger to those that look at the source. Behind a NAT it must choose.
    func leave(from data: Address, listen: ListenAddress, locals: LocalAddresses) {
        let isChoice = listen.address.isUnspecified && !data.isUnspecified && UDPSocket.canBind(data.host)
        leave(from: isChoice ? locals.intern(data.host) : 0, isIPv4: data.isIPv4)
    }
}

extension UDPSocket {
    /// Whether the address is one of this host's.
    static func canBind(_ host: Address) -> Bool {
        (try? UDPSocket(bind: ListenAddress(host), reusePort: false)) != nil
    }
}

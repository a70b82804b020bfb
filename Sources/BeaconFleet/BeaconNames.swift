public import BeaconBasics

/// The addresses behind the registry's list. A name that cannot be resolved now keeps the address it had while it was
/// listed: DNS at fault takes no beacon away.
struct BeaconNames {
    /// No more names are looked up in one list once this has passed. (The one under way may take longer.)
    static let limit = Delay.seconds(5)

    private var known: [HostPort: Address] = [:]

    /// - Parameters:
    ///   - lookUp: may wait for the network.
    ///   - clock: a monotonic clock.
    mutating func resolve(
        _ beacons: [HostPort], lookUp: (HostPort) -> Address?, clock: () -> Moment
    ) -> RegistryBeacons {
        let start = clock()
        var result = RegistryBeacons()
        var found: [HostPort: Address] = [:]
        for beacon in beacons where found[beacon] == nil {
            let fresh = beacon.address ?? (clock().since(start) < Self.limit ? lookUp(beacon) : nil)
            guard let address = fresh ?? known[beacon] else {
                result.unresolved.append(beacon)
                continue
            }
            found[beacon] = address
            result.addresses.append(address)
        }
        known = found
        return result
    }
}

/// The beacons of the registry's last good list.
public struct RegistryBeacons: Equatable, Sendable {
    /// In the list's order.
    public var addresses: [Address] = []
    /// Names without an address.
    public var unresolved: [HostPort] = []
}

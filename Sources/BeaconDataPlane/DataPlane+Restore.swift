public import BeaconBasics

extension DataPlane {
    /// Whether this host has the address: the kernel sends nothing from one that it has not.
    public func canSend(from local: Address) -> Bool {
        (try? UDPSocket(bind: ListenAddress(local.with(port: 0)), reusePort: false)) != nil
    }
}

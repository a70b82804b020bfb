public import BeaconBasics

/// The addresses behind `--peers`: names are looked up at the start and every 30 s, on a thread that serves nobody else.
/// A name that cannot be resolved now keeps the address it had.
public final class PeerNames: Sendable {
    static let interval = 30

    private let peers: [HostPort]
    private let lookUps: BeaconLookUps
    private let seconds = Guarded(0)
    private let hasNames: Bool

    /// - Parameter onAddresses: called on that thread after each look-up.
    public init(_ peers: [HostPort], onAddresses: @escaping @Sendable (RegistryBeacons) -> Void) {
        self.peers = peers
        hasNames = peers.contains { $0.address == nil }
        lookUps = BeaconLookUps(onAddresses)
    }

    public func start() { lookUps.resolve(peers) }

    /// Called about once a second.
    public func tick() {
        guard hasNames else { return }
        let isDue = seconds.withLock { seconds in
            seconds = (seconds + 1) % Self.interval
            return seconds == 0
        }
        if isDue { lookUps.resolve(peers) }
    }

    public func stop() { lookUps.stop() }
}

import BeaconBasics
import NIOCore

/// The addresses of `--peers`: looked up now and every 30 s, on a thread that serves nobody else.
final class PeerNames: Sendable {
    static let interval = TimeAmount.seconds(30)

    private let peers: [HostPort]
    private let lookUps: BeaconLookUps

    init(_ peers: [HostPort], _ onAddresses: @escaping @Sendable (RegistryBeacons) -> Void) {
        self.peers = peers
        lookUps = BeaconLookUps(onAddresses)
    }

    func start(on loop: any EventLoop) {
        guard peers.contains(where: { $0.address == nil }) else { return lookUps.resolve(peers) }
        loop.scheduleRepeatedTask(initialDelay: .zero, delay: Self.interval) { [self] _ in lookUps.resolve(peers) }
    }

    func stop() { lookUps.stop() }
}

import BeaconBasics
import BeaconClock
import BeaconCluster
import BeaconCrypto
import BeaconMembership

extension FleetCore {
    func report() -> FleetReport {
        var report = FleetReport(at: SystemClock.now(), session: session, listen: listen, me: nil)
        report.peers = hellos.peers
        report.blocked = watch.blocked
        report.keyIDs = settings.isOpen ? [] : ring.keyIDs
        report.shell = counters
        report.shell.streamsRefused = server.gate.refused
        report.shell.streamsBad = server.lateOrBad
        report.shell.streamsNotBegun = client.refused
        guard let cluster else { return report }
        report.me = cluster.value.me
        report.session = cluster.value.me.session
        report.members = cluster.value.members
        report.owners = cluster.value.owners
        report.counters = cluster.value.counters
        report.localHealth = cluster.value.localHealth
        return report
    }

    /// Replaces the ring by what a file says.
    func setKeys(_ ring: KeyRing) {
        self.ring = ring
        setMeshKeys()
        cluster?.value.setKeys(ring, at: SystemClock.clusterTime())
        tell(.keysLoaded(ring.keyIDs))
        settle()
    }

    /// Begins to make a fresh key the fleet's.
    func rotate() -> FleetRotateResult {
        guard !settings.isOpen else { return .noKeys }
        var random = SystemRandomNumberGenerator()
        let secret = (0..<KeyRing.keyLength).map { _ in UInt8.random(in: 0 ... .max, using: &random) }
        guard let keyID = KeyRing.keyID(of: secret), let alone = ring.sealing(secret) else { return .busy }
        if cluster == nil {
            // Nobody to ask. Those that come later have the old key, which still opens.
            adopt(alone)
            return .began(keyID: keyID)
        }
        guard cluster!.value.rotate(to: secret, at: SystemClock.clusterTime()) else { return .busy }
        settle()
        return .began(keyID: keyID)
    }

    func forget(_ beacon: BeaconID) -> FleetForgetResult {
        guard let status = cluster?.value.members.first(where: { $0.member.beacon == beacon }) else { return .unknown }
        guard !status.member.state.isRoutable else { return .lives }
        let isForgotten = cluster!.value.forget(beacon, at: SystemClock.clusterTime())
        hasNews = true
        settle()
        return isForgotten ? .forgotten : .unknown
    }

    func setDrain(_ drain: DrainDeadline?) {
        self.drain = drain
        cluster?.value.setDrain(drain, at: SystemClock.clusterTime())
        settle()
    }
}

public enum FleetRotateResult: Equatable, Sendable {
    /// The events tell how far it is.
    case began(keyID: UInt16)
    case busy
    /// The fleet runs without a key.
    case noKeys
}

public enum FleetForgetResult: Equatable, Sendable { case forgotten, unknown, lives }

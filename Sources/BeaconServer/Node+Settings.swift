import BeaconBasics
import BeaconCrypto
import BeaconDataPlane
import BeaconFleet
import BeaconRelay
import Logging

// Configuration → the settings of each part.

extension LiveSettings {
    convenience init(_ configuration: Configuration) {
        self.init(
            relayRate: configuration.relayRate, unprovenRate: configuration.unprovenRate,
            punchSourceRate: configuration.punchRate, punchPrefixRate: configuration.punchPrefixRate,
            receivePause: configuration.receivePause, offloads: Offloads(configuration))
    }

    /// Puts changed values to work.
    func apply(_ configuration: Configuration) {
        relayRate = configuration.relayRate
        unprovenRate = configuration.unprovenRate
        punchSourceRate = configuration.punchRate
        punchPrefixRate = configuration.punchPrefixRate
        receivePause = configuration.receivePause
        offloads = Offloads(configuration)
    }
}

extension Offloads {
    init(_ configuration: Configuration) {
        var offloads: Offloads = []
        if configuration.batch { offloads.insert(.batch) }
        if configuration.regroup { offloads.insert(.regroup) }
        if configuration.gso { offloads.insert(.gso) }
        switch configuration.gro {
        case .auto: offloads.insert(.gro)
        case .on: offloads.formUnion([.gro, .groAlways])
        case .off: break
        }
        self = offloads
    }
}

extension RegistrySettings {
    init(_ configuration: Configuration) {
        self.init()
        policy = configuration.registration == .proof ? .proof : .reference
        maximumNodes = configuration.maxNodes
        requiresGrants = configuration.requirePunchToken
        verifySignature = { Signature.isValid(key: $0, text: $1, signature: $2) }
        switch configuration.punchWhitelist {
        case .everyone: punchWhitelist = .everybody
        case .only(let hosts): punchWhitelist = hosts.isEmpty ? .nobody : .hosts(Set(hosts.map(\.host)))
        }
    }
}

extension DataPlaneSettings {
    /// Resolves names; a peer that has no address now is left out with a warning, as the reference beacon does.
    init(_ configuration: Configuration, log: Logger) {
        // ":9001" and "[::]:9001" mean both families, or IPv4 alone on a host without IPv6.
        let listen =
            configuration.listen.isUnspecified && !configuration.listen.isIPv4
            ? ListenAddress.any(port: configuration.listen.port) : ListenAddress(configuration.listen)
        self.init(listen: listen, shards: configuration.shardCount(usableCPUs: CPUBudget.usableCPUs()))
        socketBuffer = configuration.receiveBuffer
        advertise = configuration.advertise?.resolved()
        beaconID = configuration.beaconID
        strictGossip = configuration.strictGossip
        registry = RegistrySettings(configuration)
        for peer in configuration.peers {
            if let address = peer.resolved() {
                peers.append(address)
            } else {
                log.warning("peer has no address, left out", metadata: ["peer": "\(peer)"])
            }
        }
    }
}

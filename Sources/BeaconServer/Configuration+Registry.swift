import BeaconBasics
import BeaconFleet

extension Configuration {
    /// How the registry is spoken with. Who names its certificate wants TLS.
    var registrySecurity: RegistrySecurity {
        if let registryFingerprint { return .pinned(registryFingerprint) }
        return registryTLS ? .verified : .plain
    }

    /// TLS that is wanted and forbidden at once must not end as plain TCP.
    func checkRegistry() -> [ConfigurationError.Problem] {
        guard registryFingerprint != nil, !registryTLS, source(of: .registryTLS) != .default else { return [] }
        return [
            .init(
                place: "registry-fingerprint",
                sentence: "a certificate needs TLS, but registry-tls is false: take one of the two away")
        ]
    }

    var registryOddities: [String] {
        var sentences: [String] = []
        if registry != nil, beaconID == 0 {
            sentences.append("registry is set but beacon-id is 0: this beacon will not be announced, nor learn others")
        }
        if registry == nil, registrySecurity != .plain {
            let key = registryFingerprint == nil ? Setting.Key.registryTLS : .registryFingerprint
            sentences.append("\(key.rawValue) has no effect: there is no registry")
        }
        if let registry, beaconID != 0, registryAdminToken != nil, registrySecurity == .plain, !registry.isLoopback {
            sentences.append(
                "registry-admin-token crosses the network in clear text every 30 s: if the registry has TLS, set registry-tls"
            )
        }
        if source(of: .registryAdminToken) == .flag {
            sentences.append(
                "registry-admin-token is a flag: every user of this machine can read it in the process list")
        }
        return sentences
    }
}

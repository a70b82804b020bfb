import BeaconCrypto
import BeaconFleet
import Testing

@testable import BeaconServer

@Suite struct ConfigurationRegistryTests {
    private static let digits = String(repeating: "0123456789abcdef", count: 4)

    private func load(
        _ flags: [Setting.Key: String], environment: [String: String] = [:]
    ) throws(ConfigurationError) -> Configuration {
        try Configuration.load(flags: flags, environment: environment)
    }

    @Test(
        arguments: [
            ([:], .plain), ([.registryTLS: "true"], .verified), ([.registryTLS: "false"], .plain),
            ([.registryFingerprint: digits], .pinned(CertificateFingerprint(digits)!)),
            ([.registryTLS: "1", .registryFingerprint: digits], .pinned(CertificateFingerprint(digits)!)),
            ([.registryFingerprint: ""], .plain),
        ] as [([Setting.Key: String], RegistrySecurity)])
    func howItIsSpokenWith(_ flags: [Setting.Key: String], _ expected: RegistrySecurity) throws {
        #expect(
            try load(flags.merging([.registry: "r.example:9000", .beaconID: "7"]) { $1 }).registrySecurity == expected)
    }

    /// Never plain TCP for somebody who named a certificate.
    @Test func aFingerprintAndNoTLSAreAnError() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try load([.registryTLS: "false", .registryFingerprint: Self.digits])
        }
        #expect(error.description.contains("registry-fingerprint: a certificate needs TLS, but registry-tls is false"))
        #expect(throws: ConfigurationError.self) {
            try load([.registryFingerprint: Self.digits], environment: ["BEACON_REGISTRY_TLS": "off"])
        }
    }

    @Test func aBadFingerprintIsToldWithTheWayToTheGoodOne() throws {
        let error = try #require(throws: ConfigurationError.self) { try load([.registryFingerprint: "abc"]) }
        #expect(error.description.contains("--registry-fingerprint: \"abc\" is not the SHA-256 of a certificate"))
        #expect(error.description.contains("openssl x509"))
    }

    @Test(
        arguments: [
            ([.registryTLS: "true"], "registry-tls has no effect"),
            ([.registryFingerprint: digits], "registry-fingerprint has no effect"),
            ([.registry: "r.example:9000", .beaconID: "7"], "clear text"),
        ] as [([Setting.Key: String], String)])
    func oddThingsAreWarnedOf(_ flags: [Setting.Key: String], _ words: String) throws {
        let token = ["BEACON_REGISTRY_ADMIN_TOKEN": "s3cret"]
        #expect(try load(flags, environment: token).warnings.joined().contains(words))
    }

    @Test(
        arguments: [
            [.registry: "r.example:9000", .registryTLS: "true"], [.registry: "127.0.0.1:9000"],
            [.registry: "r.example:9000", .registryFingerprint: digits], [.registry: "localhost:9000"],
        ] as [[Setting.Key: String]])
    func aTokenThatNobodyCanReadIsNoCauseForAWarning(_ flags: [Setting.Key: String]) throws {
        let token = ["BEACON_REGISTRY_ADMIN_TOKEN": "s3cret"]
        let quiet: [Setting.Key: String] = [.beaconID: "7", .gossipAddr: "none"]
        #expect(try load(flags.merging(quiet) { $1 }, environment: token).warnings.isEmpty)
    }
}

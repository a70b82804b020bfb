import BeaconAdmin
import Testing

@testable import BeaconServer

@Suite struct ConfigurationLoadTests {
    /// Loads with a file of this content; nil = without one.
    private func load(
        file: String? = nil, mode: UInt32 = 0o600, environment: [String: String] = [:],
        flags: [Setting.Key: String] = [:]
    ) throws(ConfigurationError) -> Configuration {
        var directory = TemporaryDirectory()
        var flags = flags
        if let file { flags[.config] = directory.write(file, to: "beacon.json", mode: mode) }
        return try Configuration.load(flags: flags, environment: environment)
    }

    private func problems(
        file: String? = nil, environment: [String: String] = [:], flags: [Setting.Key: String] = [:]
    ) -> [String] {
        do {
            _ = try load(file: file, environment: environment, flags: flags)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test func nothingGivenIsTheDefaults() throws {
        let configuration = try load()
        #expect(configuration.statuses.allSatisfy { $0.source == "default" })
        #expect(configuration.warnings.isEmpty)
        #expect(configuration.adminToken == nil)
    }

    @Test func aFlagWinsOverTheEnvironmentAndThatOverTheFile() throws {
        let configuration = try load(
            file: #"{"relay-rate": 1, "punch_rate": 1, "shards": 1}"#,
            environment: ["BEACON_RELAY_RATE": "2", "BEACON_PUNCH_RATE": "2"], flags: [.relayRate: "3"])
        #expect(configuration.relayRate == 3 && configuration.source(of: .relayRate) == .flag)
        #expect(configuration.punchRate == 2 && configuration.source(of: .punchRate) == .environment)
        #expect(configuration.shards == 1 && configuration.source(of: .shards) == .file)
        #expect(configuration.punchPrefixRate == 64 && configuration.source(of: .punchPrefixRate) == .default)
    }

    @Test func theEnvironmentMayNameTheFile() throws {
        var directory = TemporaryDirectory()
        let path = directory.write(#"{"beacon-id": 1000000}"#)
        let configuration = try Configuration.load(flags: [:], environment: ["BEACON_CONFIG": path])
        #expect(configuration.beaconID == 1_000_000)
        #expect(configuration.configFile == path)
        let without = try Configuration.load(flags: [.config: ""], environment: ["BEACON_CONFIG": path])
        #expect(without.beaconID == 0)
    }

    /// protocol.md §8: environment or file, "either turns it on". Only a flag turns it off.
    @Test(
        arguments: [
            (nil, nil, nil, false, "default"), ("true", nil, nil, true, "file"), ("true", "0", nil, true, "file"),
            ("false", "1", nil, true, "environment"), ("true", "1", nil, true, "environment"),
            ("true", "1", "false", false, "flag"), (nil, nil, "true", true, "flag"),
            ("false", "0", nil, false, "environment"),
        ] as [(String?, String?, String?, Bool, String)])
    func aSwitchIsOnIfEitherSaysSo(file: String?, environment: String?, flag: String?, isOn: Bool, source: String)
        throws
    {
        let configuration = try load(
            file: file.map { "{\"require_punch_token\": \($0)}" },
            environment: environment.map { ["BEACON_REQUIRE_PUNCH_TOKEN": $0] } ?? [:],
            flags: flag.map { [.requirePunchToken: $0] } ?? [:])
        #expect(configuration.requirePunchToken == isOn)
        #expect(configuration.source(of: .requirePunchToken).rawValue == source)
    }

    @Test func everyProblemIsListedAtOnce() {
        let found = problems(
            file: """
                {
                  "relay-rate": "fast",
                  "colour": 1
                }
                """,
            environment: ["BEACON_SHARDS": "many"], flags: [.logLevel: "loud", .admin: ":9090"])
        #expect(found.count == 5)
        let expected = [
            "beacon.json:3: \"colour\" is no setting",
            "beacon.json:2: \"relay-rate\": \"fast\" is not a whole number from 0 to 10000000",
            "BEACON_SHARDS: \"many\" is not a whole number from 0 to 64",
            "--log-level: \"loud\" is not one of debug, info, warn, warning, error", "--admin-token-file",
        ]
        for (problem, part) in zip(found, expected) { #expect(problem.contains(part)) }
    }

    @Test func aBadValueIsAnErrorEvenWhereItIsOverridden() {
        #expect(problems(file: #"{"shards": 99}"#, flags: [.shards: "1"]).count == 1)
    }

    @Test func aBadSecretIsNotRepeated() {
        let found = problems(environment: ["BEACON_REGISTRY_ADMIN_TOKEN": "hunter2\u{7}"])
        #expect(found == ["BEACON_REGISTRY_ADMIN_TOKEN: the value has control characters"])
    }

    @Test func unknownVariablesAreAWarning() throws {
        let configuration = try load(environment: [
            "BEACON_SERVICE_HOST": "10.0.0.1", "BEACON_RELAY_RTE": "1", "PATH": "/bin", "BEACON_EMPTY": "",
        ])
        #expect(
            configuration.warnings == [
                "environment variable \"BEACON_RELAY_RTE\" is no setting; did you mean \"BEACON_RELAY_RATE\"?",
                "environment variable \"BEACON_SERVICE_HOST\" is no setting",
            ])
    }

    @Test func anEmptyVariableIsNotSet() throws {
        let configuration = try load(environment: ["BEACON_RELAY_RATE": "", "BEACON_ADMIN": ""])
        #expect(configuration.source(of: .relayRate) == .default)
        #expect(configuration.admin != nil)
    }

    @Test func aSecretInAPublicFileIsAWarning() throws {
        let file = #"{"registry-admin-token": "abc"}"#
        #expect(try load(file: file, mode: 0o644).warnings.count { $0.contains("chmod o-r") } == 1)
        #expect(try load(file: file, mode: 0o640).warnings.isEmpty)
    }

    @Test func oddButLegalIsAWarning() throws {
        #expect(try load(flags: [.registry: "r:9000"]).warnings.count { $0.contains("beacon-id is 0") } == 1)
        #expect(try load(flags: [.registry: "r:9000", .beaconID: "7", .gossipAddr: "none"]).warnings.isEmpty)
        #expect(try load(flags: [.strictGossip: "true"]).warnings.count { $0.contains("strict-gossip") } == 1)
        #expect(try load(flags: [.strictGossip: "true", .peers: "b:1", .gossipAddr: "none"]).warnings.isEmpty)
        #expect(try load(flags: [.registryAdminToken: "x"]).warnings.count { $0.contains("process list") } == 1)
    }
}

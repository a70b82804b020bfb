import BeaconBasics
import BeaconCrypto
import Testing

@testable import BeaconServer

@Suite struct ConfigurationFleetTests {
    private static let key = String(repeating: "0123456789abcdef", count: 4)

    private func load(_ flags: [Setting.Key: String]) throws(ConfigurationError) -> Configuration {
        try Configuration.load(flags: flags, environment: [:])
    }

    private func refusal(_ flags: [Setting.Key: String]) throws -> String {
        try #require(throws: ConfigurationError.self) { try load(flags) }.description
    }

    private func mode(_ configuration: Configuration) -> String {
        switch configuration.fleet {
        case .off: "off"
        case .open: "open"
        case .keyed: "keyed"
        }
    }

    /// What starts a fleet without a key, and what does not.
    @Test(
        arguments: [
            ([:], "off"),
            ([.beaconID: "1"], "off"),
            ([.beaconID: "1", .peers: "127.0.0.1:9001,localhost:9002,[::1]:9003"], "off"),
            ([.beaconID: "1", .peers: "127.0.0.1:9001", .gossipAddr: "127.0.0.1:9011"], "open"),
            ([.beaconID: "1", .gossipAddr: "[::1]:0"], "open"),
            ([.beaconID: "1", .peers: "192.0.2.9:9001", .fleetInsecure: "true"], "open"),
            ([.beaconID: "1", .peers: "192.0.2.9:9001", .gossipAddr: "none"], "off"),
            ([.peers: "192.0.2.9:9001", .gossipAddr: "none"], "off"),
            ([.beaconID: "1", .registry: "192.0.2.9:9000"], "off"),
        ] as [([Setting.Key: String], String)])
    func withoutAKey(_ flags: [Setting.Key: String], _ expected: String) throws {
        #expect(mode(try load(flags)) == expected)
    }

    @Test(
        arguments: [
            [.beaconID: "1", .peers: "127.0.0.1:9001,192.0.2.9:9001"],
            [.beaconID: "1", .peers: "beacon.example:9001"],
            // A fleet that listens to the world is not one of this machine, whoever its peers are.
            [.beaconID: "1", .gossipAddr: ":9011"],
            [.beaconID: "1", .gossipAddr: "0.0.0.0:9011", .peers: "127.0.0.1:9001"],
            [.beaconID: "1", .gossipAddr: "127.0.0.1:9011", .peers: "192.0.2.9:9001"],
        ] as [[Setting.Key: String]])
    func openToOthersNeedsAKey(_ flags: [Setting.Key: String]) throws {
        let text = try refusal(flags)
        for word in ["openssl rand -hex 32", "--fleet-key-file", "--fleet-insecure", "--gossip-addr none"] {
            #expect(text.contains(word))
        }
    }

    @Test func aKeyStartsAFleet() throws {
        var directory = TemporaryDirectory()
        let path = directory.write(Self.key)
        let configuration = try load([.beaconID: "1", .fleetKeyFile: path, .peers: "192.0.2.9:9001"])
        #expect(configuration.fleet.keys?.secrets.count == 1)
        #expect(configuration.warnings.isEmpty)
    }

    @Test func aFleetNeedsAnID() throws {
        var directory = TemporaryDirectory()
        let path = directory.write(Self.key)
        for flags in [[.fleetKeyFile: path], [.fleetInsecure: "true"], [.gossipAddr: "127.0.0.1:0"]]
            as [[Setting.Key: String]]
        {
            #expect(try refusal(flags).contains("--beacon-id"))
        }
    }

    @Test func oddThingsAreWarnedOf() throws {
        var directory = TemporaryDirectory()
        let path = directory.write(Self.key)
        func warnings(_ flags: [Setting.Key: String]) throws -> String { try load(flags).warnings.joined() }
        #expect(try warnings([.beaconID: "1", .registry: "192.0.2.9:9000"]).contains("legacy sync"))
        #expect(try warnings([.gossipAddr: "none", .fleetKeyFile: "/nonexistent"]).contains("fleet-key-file"))
        #expect(try warnings([.beaconID: "1", .fleetInsecure: "true"]).contains("take over its nodes"))
        #expect(try warnings([.beaconID: "1", .fleetInsecure: "1", .fleetKeyFile: path]).contains("no effect"))
    }

    @Test(arguments: [
        ("203.0.113.5", "203.0.113.5", "203.0.113.5:9011"), ("203.0.113.5:7", "203.0.113.5:7", "203.0.113.5:7"),
        ("2001:db8::5", "[2001:db8::5]", "[2001:db8::5]:9011"),
        ("[2001:db8::5]", "[2001:db8::5]", "[2001:db8::5]:9011"),
        ("[2001:db8::5]:7", "[2001:db8::5]:7", "[2001:db8::5]:7"), ("b.example", "b.example", "b.example:9011"),
        ("b.example:7", "b.example:7", "b.example:7"),
    ])
    func advertisedHosts(_ text: String, _ written: String, _ completed: String) throws {
        let host = try #require(AdvertisedHost(text))
        #expect(host.description == written)
        #expect(AdvertisedHost(written) == host)
        #expect(host.with(defaultPort: 9_011)?.description == completed)
    }

    @Test(arguments: ["", "b.example:", "b.example:0", "b.example:70000", "300.0.0.1", "a b", "[::1", ":7"])
    func noAdvertisedHosts(_ text: String) {
        #expect(AdvertisedHost(text) == nil)
    }

    @Test(arguments: ["with space", "ümlaut", String(repeating: "x", count: 65)])
    func badLabels(_ label: String) throws {
        #expect(try refusal([.fleetLabel: label]).contains("64 visible ASCII"))
    }
}

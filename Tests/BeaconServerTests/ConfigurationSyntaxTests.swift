import BeaconBasics
import Testing

@testable import BeaconServer

/// How values are written: what is accepted, what it is shown as, and what is refused.
@Suite struct ConfigurationSyntaxTests {
    @Test(arguments: [
        (Setting.Key.addr, ":9001", ":9001"), (.addr, "[::]:9001", ":9001"), (.addr, "0.0.0.0:9001", "0.0.0.0:9001"),
        (.addr, "127.0.0.1:0", "127.0.0.1:0"), (.addr, "localhost:7", "127.0.0.1:7"),
        (.addr, "[::1]:65535", "[::1]:65535"),
        (.addr, "[fe80::1%3]:9001", "[fe80::1%3]:9001"), (.addr, "[::ffff:10.0.0.1]:9", "10.0.0.1:9"),
        (.admin, "none", "none"), (.admin, ":9090", ":9090"), (.health, "", ""), (.health, ":8080", ":8080"),
        (.peers, "", ""), (.peers, " a.example:1 ,, B_2.example:65535,", "a.example:1,b_2.example:65535"),
        (.peers, "[2001:DB8:0::5]:9001,203.0.113.5:9", "[2001:db8::5]:9001,203.0.113.5:9"),
        (.registry, "registry:9000", "registry:9000"), (.advertiseAddr, "", ""),
        (.beaconID, "4294967295", "4294967295"), (.beaconID, "1000000", "1000000"), (.beaconID, "007", "7"),
        (.relayRate, "0", "0"), (.relayRate, "10000000", "10000000"), (.shards, "64", "64"),
        (.maxNodes, "1", "1"), (.maxNodes, "16777214", "16777214"),
        (.receiveBuffer, "4096", "4KiB"), (.receiveBuffer, "4M", "4MiB"), (.receiveBuffer, "16mib", "16MiB"),
        (.receiveBuffer, "1G", "1GiB"), (.receiveBuffer, "5000", "5000"), (.receiveBuffer, "64K", "64KiB"),
        (.strictGossip, "1", "true"), (.strictGossip, "TRUE", "true"), (.strictGossip, "f", "false"),
        (.gso, "off", "off"), (.gso, "true", "on"), (.gro, "auto", "auto"), (.gro, "false", "off"), (.gro, "on", "on"),
        (.punchWhitelist, "*", "*"), (.punchWhitelist, "All", "*"), (.punchWhitelist, "10.0.0.1,all", "*"),
        (.punchWhitelist, "10.0.0.1, 2001:DB8::1", "10.0.0.1,2001:db8::1"),
        (.punchWhitelist, "::ffff:1.2.3.4", "1.2.3.4"),
        (.logLevel, "warning", "warn"), (.logLevel, "WARN", "warn"), (.logLevel, "debug", "debug"),
        (.logFormat, "JSON", "json"),
        (.registration, "reference", "reference"), (.adminHosts, "Beacon.Internal,b2", "beacon.internal,b2"),
        (.adminTokenFile, "/run/token file", "/run/token file"), (.registryAdminToken, "s3cret", "s3cret"),
    ])
    func isReadAndShownAs(_ key: Setting.Key, _ text: String, _ shown: String) throws {
        var configuration = Configuration()
        try Setting.of(key).assign(text, &configuration)
        #expect(Setting.of(key).text(configuration) == shown)
    }

    @Test(arguments: [
        (
            Setting.Key.addr,
            ["", "9001", ":", ":65536", ":-1", "*:9001", "example.com:9001", "::1:9001", "239.1.1.1:1", ":9001 "]
        ),
        (.admin, ["", "off", "127.0.0.1"]),
        (
            .peers,
            [
                "a", "a:0", "a:70000", "a b:1", "-a:1", "a-:1", "a..b:1", "256.1.1.1:1", "1.2.3:1", "[::1]", ":9001",
                "a:+1",
            ]
        ),
        (.registry, ["none", "a:1,b:2", "é.example:1", "\(String(repeating: "a", count: 64)):1"]),
        (.beaconID, ["", "-1", "+1", "1.0", "1e6", "0x1", "4294967296", "99999999999999999999", "١", "1 "]),
        (.relayRate, ["10000001", "fast"]), (.shards, ["65", "auto"]), (.maxNodes, ["0", "16777215"]),
        (.receiveBuffer, ["", "16MB", "M", "4095", "2G", "-4M", "4 M", "9999999999999G", "1.5M"]),
        (.strictGossip, ["", "2", "maybe"]), (.gso, ["auto"]), (.gro, ["", "never"]),
        (.punchWhitelist, ["10.0.0.0/8", "host", "10.0.0.1:5", "[::1]", "010.0.0.1"]),
        (.logLevel, ["", "trace", "verbose"]), (.logFormat, ["xml"]), (.registration, ["none"]),
        (.adminHosts, ["a:1", "*", "http://a"]), (.adminTokenFile, ["a\nb"]), (.registryAdminToken, ["a\u{0}b"]),
    ])
    func isRefused(_ key: Setting.Key, _ texts: [String]) {
        for text in texts {
            var configuration = Configuration()
            #expect(throws: InvalidValue.self, "\(key.rawValue) \(text)") {
                try Setting.of(key).assign(text, &configuration)
            }
        }
    }

    @Test func shownValuesReadAsThemselves() throws {
        for (key, text) in [(Setting.Key.receiveBuffer, "5120K"), (.addr, "localhost:0"), (.peers, "[::1]:1, b:2")] {
            var once = Configuration()
            try Setting.of(key).assign(text, &once)
            var twice = Configuration()
            try Setting.of(key).assign(Setting.of(key).text(once), &twice)
            #expect(Setting.of(key).text(once) == Setting.of(key).text(twice))
        }
    }

    @Test func whitelistComparesHostsWithoutPorts() throws {
        let list = try ValueSyntax.whitelist.parse("10.0.0.1,2001:db8::1")
        #expect(list.contains(Address(ipv4: 0x0A00_0001, port: 4242)))
        #expect(!list.contains(Address(ipv4: 0x0A00_0002, port: 4242)))
        #expect(try ValueSyntax.whitelist.parse("*").contains(.none))
        #expect(!Whitelist.nobody.contains(.none))
    }

    @Test func literalHostsHaveAnAddress() {
        #expect(HostPort("[2001:db8::5]:9")?.address == Address("[2001:db8::5]:9"))
        #expect(HostPort("beacon.example:9")?.address == nil)
    }

    @Test func aSecretDoesNotShow() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped] { #expect(!text.contains("hunter2")) }
        #expect(secret.revealed == "hunter2")
    }
}

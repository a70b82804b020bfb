import Testing

@testable import BeaconServer

@Suite struct ConfigurationSettingTests {
    @Test func everyKeyHasOneRow() {
        #expect(
            Setting.all.map(\.key).sorted { $0.rawValue < $1.rawValue }
                == Setting.Key.allCases.sorted { $0.rawValue < $1.rawValue })
    }

    @Test(arguments: Setting.all)
    func aDefaultReadsAsItself(_ setting: Setting) throws {
        var configuration = Configuration()
        try setting.assign(setting.defaultText, &configuration)
        #expect(setting.text(configuration) == setting.defaultText)
    }

    @Test(arguments: Setting.all)
    func aRowIsFitForPrint(_ setting: Setting) {
        #expect(setting.help.hasSuffix("."))
        #expect(!setting.placeholder.isEmpty)
        #expect(setting.key.rawValue.allSatisfy { $0.isLowercase || $0 == "-" })
    }

    @Test func rowsOfAGroupStandTogether() {
        let groups = Setting.all.map(\.group)
        let changes = zip(groups, groups.dropFirst()).count { $0 != $1 }
        #expect(changes + 1 == Setting.Group.allCases.count)
    }

    @Test(arguments: [
        ("relay-rate", Setting.Key.relayRate), ("relay_rate", .relayRate), ("beacon_id", .beaconID), ("addr", .addr),
        ("Relay-Rate", nil), ("relay rate", nil), ("", nil), ("--addr", nil),
    ])
    func isFoundByName(_ name: String, _ key: Setting.Key?) {
        #expect(Setting.named(name)?.key == key)
    }

    /// Upstream's names and defaults, protocol.md §8.
    @Test(arguments: [
        (Setting.Key.addr, ":9001", "BEACON_ADDR"), (.advertiseAddr, "", "BEACON_ADVERTISE_ADDR"),
        (.beaconID, "0", "BEACON_BEACON_ID"), (.peers, "", "BEACON_PEERS"), (.health, "", "BEACON_HEALTH"),
        (.registry, "", "BEACON_REGISTRY"), (.registryAdminToken, "", "BEACON_REGISTRY_ADMIN_TOKEN"),
        (.logLevel, "info", "BEACON_LOG_LEVEL"), (.logFormat, "text", "BEACON_LOG_FORMAT"),
        (.punchWhitelist, "", "BEACON_PUNCH_WHITELIST"), (.requirePunchToken, "false", "BEACON_REQUIRE_PUNCH_TOKEN"),
        (.strictGossip, "false", "BEACON_STRICT_GOSSIP"), (.admin, "127.0.0.1:9090", "BEACON_ADMIN"),
        (.relayRate, "4000", "BEACON_RELAY_RATE"), (.maxNodes, "1048576", "BEACON_MAX_NODES"),
        (.receiveBuffer, "16MiB", "BEACON_RECEIVE_BUFFER"), (.registration, "proof", "BEACON_REGISTRATION"),
        (.gossipAddr, ":9011", "BEACON_GOSSIP_ADDR"), (.fleetKeyFile, "", "BEACON_FLEET_KEY_FILE"),
        (.fleetPreset, "lan", "BEACON_FLEET_PRESET"), (.maxDirectory, "16777216", "BEACON_MAX_DIRECTORY"),
    ])
    func namesAndDefaults(_ key: Setting.Key, _ text: String, _ variable: String) {
        #expect(Setting.of(key).defaultText == text)
        #expect(Setting.of(key).environmentName == variable)
    }

    @Test(arguments: [
        ("relay-rte", "; did you mean \"relay-rate\"?"), ("RELAY_RATES", "; did you mean \"relay-rate\"?"),
        ("peer", "; did you mean \"peers\"?"), ("service-host", ""), ("x", ""), ("", ""),
        (String(repeating: "a", count: 5_000), ""),
    ])
    func typingErrors(_ name: String, _ hint: String) {
        #expect(suggestion(for: name) == hint)
    }
}

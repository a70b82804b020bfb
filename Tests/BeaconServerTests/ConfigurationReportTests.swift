import BeaconAdmin
import Testing

@testable import BeaconServer

@Suite struct ConfigurationReportTests {
    @Test func listsEverySettingInOrder() throws {
        let configuration = try Configuration.load(
            flags: [.beaconID: "7", .registryAdminToken: "hunter2"], environment: ["BEACON_PEERS": "127.0.0.1:1"])
        let statuses = configuration.statuses
        #expect(statuses.map(\.key) == Setting.all.map(\.key.rawValue))
        #expect(!statuses.contains { $0.value.contains("hunter2") })
        let given = statuses.filter { $0.source != "default" }
        #expect(
            given.map { "\($0.key) \($0.value) \($0.source)" } == [
                "beacon-id 7 flag", "peers 127.0.0.1:1 environment", "registry-admin-token *** flag",
            ])
    }

    @Test func anEmptySecretShowsAsEmpty() {
        let status = Configuration().statuses.first { $0.key == "registry-admin-token" }
        #expect(status?.value == "")
    }

    @Test func aLiveSettingCanBeChanged() throws {
        var configuration = Configuration()
        guard case .changed(let status) = configuration.change("relay_rate", to: "10") else {
            Issue.record("not changed")
            return
        }
        #expect("\(status.key) \(status.value) \(status.source) \(status.live)" == "relay-rate 10 admin true")
        #expect(configuration.relayRate == 10)
    }

    @Test(arguments: [
        ("colour", "1", "unknown"), ("addr", ":1", "not live"),
        ("relay-rate", "x", "\"x\" is not a whole number from 0 to 10000000"),
    ])
    func otherChangesAreRefused(_ key: String, _ text: String, _ answer: String) {
        var configuration = Configuration()
        let got =
            switch configuration.change(key, to: text) {
            case .changed: "changed"
            case .unknownKey: "unknown"
            case .notLive: "not live"
            case .invalid(let reason): reason
            }
        #expect(got == answer)
        #expect(configuration.sources.isEmpty)
    }
}

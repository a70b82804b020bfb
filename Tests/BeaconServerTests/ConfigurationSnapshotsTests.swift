import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconServer

@Suite struct ConfigurationSnapshotsTests {
    private func load(_ flags: [Setting.Key: String]) throws -> Configuration {
        try Configuration.load(flags: flags, environment: [:])
    }

    @Test(arguments: [("90", 90), ("90s", 90), ("15m", 900), ("2h", 7_200), ("0", 0), ("0s", 0)])
    func aTime(_ text: String, _ seconds: UInt64) throws {
        #expect(try load([.snapshotInterval: text]).snapshotInterval == .seconds(seconds))
    }

    @Test(arguments: ["", "m", "-1s", "1.5m", "1d", "8d", "1 m", "99999999999999999999h", "+5"])
    func noTime(_ text: String) {
        #expect(throws: ConfigurationError.self) { try load([.snapshotInterval: text]) }
    }

    #if Snapshots
        @Test func whatCannotBeRestoredIsSaid() throws {
            for flags in [
                [Setting.Key.restore: "/nonexistent"], [.restore: "latest"], [.restore: "/proc/self/status"],
            ] {
                #expect(throws: ConfigurationError.self) { try load(flags) }
            }
            let none = try load([.restore: "latest", .snapshotDir: "/nonexistent"])
            #expect(none.restore == "latest" && none.warnings.isEmpty, "the first start has no snapshot yet")
        }
    #else
        @Test func aBeaconWithoutThemSaysSo() {
            for key in [Setting.Key.snapshotDir, .restore] {
                #expect(throws: ConfigurationError.self) { try load([key: "/tmp"]) }
            }
        }
    #endif
}

import Testing

@testable import BeaconRelay

@Suite struct LiveSettingsTests {
    @Test func whatIsSetIsRead() {
        let live = LiveSettings()
        #expect((live.relayRate, live.unprovenRate, live.offloads) == (4_000, 0, .all))
        live.relayRate = 7
        live.unprovenRate = 8
        live.offloads = [.gso]
        live.receivePause = 9
        #expect(live.receivePause == 9)
        #expect((live.relayRate, live.unprovenRate, live.offloads) == (7, 8, .gso))
    }

    /// An operator who turns everything on does not get what costs without bursts.
    @Test func allLeavesOutAlways() {
        #expect(!Offloads.all.contains(.groAlways))
        #expect(Offloads.all.isSuperset(of: [.batch, .gro, .regroup, .gso]))
    }
}

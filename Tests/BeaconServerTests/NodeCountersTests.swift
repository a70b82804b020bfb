import BeaconAdmin
import BeaconBasics
import BeaconRelay
import BeaconTestKit
import Testing

@testable import BeaconServer

@Suite struct NodeCountersTests {
    /// They become columns of a table, where names may not differ in case alone either.
    @Test func namesAreWordsAndNoneIsThereTwice() {
        let status = BeaconStatus(
            version: "1", beaconID: 1, listen: "", uptimeSeconds: 1, startedAt: 0, shards: [],
            control: CounterSnapshot(),
            nodes: NodeTableStatus(registered: 0, capacity: 1, ipv4: 0, ipv6: 0, expired: 0, routes: 0),
            registration: RegistrationStatus(),
            process: ProcessStatus(cpuSeconds: 0, residentBytes: 0, openFiles: 0))
        let fleet = FleetStatus(
            beacon: BeaconID(1), session: SessionID(1), incarnation: 0, control: nil, data: nil)
        let names = NodeCounters.all(status, fleet).map(\.name)
        #expect(Set(names).count == names.count)
        #expect(!names.contains("time"))
        for name in names {
            #expect(
                name.utf8.allSatisfy { $0 >= 0x61 && $0 <= 0x7A || $0 >= 0x30 && $0 <= 0x39 || $0 == 0x5F }, "\(name)")
        }
    }
}

import BeaconBasics
import Testing

@testable import BeaconSimKit

/// S17: a run is a function of (scenario, members, seed). The checksum goes over every event, and over every datagram
/// that is sent, lost or arrives: of each the time, both ends and the authenticator, which depends on all its bytes.
@Suite struct DeterminismTests {
    @Test(arguments: ["loss30", "partition2", "restart", "hostile", "chaos"])
    func runsAreRepeatedBitForBit(name: String) throws {
        let scenario = try #require(Scenario.named(name)).with {
            $0.length = .seconds(20)
            $0.nodesPerBeacon = 2
        }
        func run(_ seed: UInt64) -> RunReport { Simulation(scenario, members: 3, seed: seed).run() }
        let (first, second, other) = (run(77), run(77), run(78))
        #expect(first.line == second.line)
        #expect(first.events > 1_000 && first.checksum == second.checksum)
        #expect(first.checksum != other.checksum)
    }

    @Test func theChecksumGoesOverTheContentsOfDatagrams() {
        let simulation = Simulation.standing(3)
        let other = Simulation.standing(3)
        #expect(simulation.trace.checksum == other.trace.checksum)
        simulation.send([1, 2, 3, 4], from: simulation.hosts[0], to: simulation.hosts[1].control)
        other.send([1, 2, 3, 5], from: other.hosts[0], to: other.hosts[1].control)
        #expect(simulation.trace.checksum != other.trace.checksum)
    }
}

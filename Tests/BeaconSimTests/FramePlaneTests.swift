import BeaconBasics
import BeaconCrypto
import BeaconDirectory
import Testing

@testable import BeaconSimKit

@Suite struct FramePlaneTests {
    /// Who registers is decided by the simulation: no budget of the registry's may stand against it, however often a
    /// node that the directory has elsewhere comes back.
    @Test func whatIsDecidedStands() throws {
        let simulation = Simulation.standing()
        for _ in 0..<200 { simulation.sendFrame(at: simulation.hosts[0]) }
        let plane = try #require(simulation.process(0).frames)
        let index = try #require(simulation.nodes.firstIndex { $0.registered == 1 })
        #expect(simulation.process(0).table.find(SimNode.id(index)) != nil)
        for generation in 0..<50 as Range<UInt32> {
            let address = SimNode.address(index, generation: generation)
            #expect(plane.put(SimNode.id(index), address, at: simulation.now), "\(generation)")
        }
    }
}

import BeaconBasics
import BeaconTestKit
import BeaconWire
import Testing

@Suite struct SyncTests {
    private func write(_ beacon: UInt32, _ nodes: [NodeID]) -> [UInt8] {
        let room = Sync.headerLength + 4 * nodes.count + 3
        let (message, behind) = writing(room: room) { Sync.write(beacon: beacon, nodes: nodes, into: &$0) }
        #expect(behind.allSatisfy { $0 == dirt })
        return message
    }

    private func read(_ datagram: some Sequence<UInt8>) throws -> (beacon: UInt32, nodes: [NodeID]) {
        try reading(datagram) { span in
            let sync = try Sync(span)
            return (sync.beacon, (0..<sync.count).map { Sync.node($0, in: span) })
        }
    }

    @Test func theExampleOfTheProtocol() {
        #expect(hex(write(99, [NodeID(10), NodeID(20), NodeID(30)])) == "070000006300030000000a000000140000001e")
        #expect(hex(write(99, [])) == "07000000630000")
    }

    @Test func aFullListFitsOneDatagramOverIPv4() throws {
        let nodes = (0..<Sync.maximumCount).map { NodeID(UInt32($0) &* 0x9E37_79B1) }
        let datagram = write(7, nodes)
        #expect(datagram.count == 65_507)
        #expect(try read(datagram).nodes == nodes)
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func listsReadBack(seed: UInt64) throws {
        var dice = SeededRandom(seed: seed)
        let nodes = (0..<Int.random(in: 0...400, using: &dice)).map { _ in
            NodeID(UInt32.random(in: 0 ... .max, using: &dice))
        }
        let beacon = UInt32.random(in: 0 ... .max, using: &dice)
        let trailer = dice.bytes(Int.random(in: 0...9, using: &dice))
        let datagram = write(beacon, nodes) + trailer
        let sync = try read(datagram)
        #expect(sync.beacon == beacon, "seed \(seed)")
        #expect(sync.nodes == nodes, "seed \(seed)")
    }

    @Test func everyPrefixOfAListIsRefused() {
        let datagram = write(1, [NodeID(2), NodeID(3)])
        for length in 0..<datagram.count {
            let fault: Sync.Fault = length < Sync.headerLength ? .runt : .malformed
            #expect(throws: fault, "\(length) bytes") { try read(datagram[..<length]) }
        }
    }
}

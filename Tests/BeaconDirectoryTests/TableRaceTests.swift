import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconDirectory

/// Readers beside the writer. Each of these has been seen to fail with the rule it is about taken out of the code.
@Suite(.serialized) struct TableRaceTests {
    private static func table(_ capacity: Int) -> DirectoryTable {
        DirectoryTable(capacity: capacity, hash: KeyedHash(k0: 7, k1: 9))
    }

    private static func address(_ number: UInt32) -> Address { Address(ipv4: 0x0A00_0000 + number, port: 9_001) }

    private static func add(_ beacon: UInt32, to table: DirectoryTable, session: UInt64 = 1) -> UInt16 {
        table.addOwner(BeaconID(beacon), SessionID(session), address(beacon), .routable)!
    }

    private static func file(_ node: UInt32, _ slot: UInt16, _ stamp: UInt64, in table: DirectoryTable) {
        _ = table.set(Place(of: NodeID(node)), slot, Stamp(stamp), also: nil)
    }

    /// Two owners have the node, one of them at least at every moment; each removal moves the other's entry up into the
    /// slot of the one that goes.
    @Test func anEntryThatMovesUpIsNeverOutOfSight() {
        let table = Self.table(8)
        let one = Self.add(1, to: table)
        let two = Self.add(2, to: table)
        let place = Place(of: NodeID(7))
        Self.file(7, one, 1, in: table)
        Self.file(7, two, 2, in: table)
        let faults = race(readers: 1) { turn in
            let (slot, stamp) = turn % 2 == 0 ? (one, UInt64(1)) : (two, 2)
            _ = table.remove(place, slot)
            _ = table.set(place, slot, Stamp(stamp), also: nil)
        } read: { _ in
            var faults = 0
            for _ in 0..<400_000 {
                let route = table.find(NodeID(7))
                if route == nil || UInt64(route!.beacon.rawValue) != route!.stamp.rawValue { faults += 1 }
            }
            return faults
        }
        #expect(faults == 0)
    }

    @Test func anAddressIsNeverHalfOfOneAndHalfOfAnother() {
        let table = Self.table(8)
        let one = Self.add(1, to: table)
        Self.file(7, one, 1, in: table)
        let addresses = (UInt64(1)...5).map { Address(high: $0 << 60, low: $0, scope: UInt32($0), port: UInt16($0)) }
        table.setAddress(one, addresses[0])
        let faults = race(readers: 1) { turn in
            table.setAddress(one, addresses[Int(turn % 5)])
            if turn % 3 == 0 { table.setFlags(one, turn % 2 == 0 ? .routable : [.routable, .draining]) }
        } read: { _ in
            var faults = 0
            for _ in 0..<400_000 {
                guard let address = table.find(NodeID(7))?.address, addresses.contains(address) else {
                    faults += 1
                    continue
                }
            }
            return faults
        }
        #expect(faults == 0)
    }

    /// A row's changes turn a reader back, too: an address is read under the state that it was chosen by.
    @Test func everyChangeOfARowTurnsAReaderBack() {
        let table = Self.table(8)
        let one = Self.add(1, to: table)
        let changes: [() -> Void] = [
            { table.setAddress(one, Self.address(2)) }, { table.setFlags(one, []) },
            { table.setFlags(one, [.routable, .draining]) },
            {
                table.setAddress(one, Self.address(3))
                table.setAddress(one, Self.address(2))
            },
            { table.retire(one) },
        ]
        for change in changes {
            let state = table.owners.state(one)
            #expect(table.owners.address(one, state) != nil)
            change()
            #expect(table.owners.address(one, state) == nil)
        }
    }

    /// Whatever the writer does between two looks of a reader, the reader learns that it has to look again.
    @Test func everyChangeTurnsAReaderBack() {
        let table = Self.table(1_000)
        let one = Self.add(1, to: table)
        let two = Self.add(2, to: table)
        let place = Place(of: NodeID(7))
        let changes: [(String, () -> Void)] = [
            ("first entry", { Self.file(7, one, 1, in: table) }),
            ("another stamp", { Self.file(7, one, 2, in: table) }),
            ("another owner's", { Self.file(7, two, 2, in: table) }),
            ("handed over", { table.move(place, from: two, to: two) }),
            ("removed", { _ = table.remove(place, two) }),
            ("growing", { for node in UInt32(100)..<200 { Self.file(node, one, 1, in: table) } }),
            ("shrinking", { for node in UInt32(100)..<200 { _ = table.remove(Place(of: NodeID(node)), one) } }),
        ]
        for (name, change) in changes {
            let reading = table.entries.begin(place)
            #expect(reading.isCurrent)
            change()
            #expect(!reading.isCurrent, "\(name)")
        }
        let reading = table.entries.begin(place)
        Self.file(7, one, 2, in: table)
        #expect(reading.isCurrent, "nothing has changed")
    }

    /// Nodes that are always somewhere are always found, in the right place, whatever the writer does beside them:
    /// entries come, go and move up, segments grow and shrink, owners die and come back, rows change their address.
    @Test func readersAlwaysFindWhatIsThere() {
        let table = Self.table(4_096)
        let stable = Self.add(1, to: table)
        let mover = Self.add(2, to: table)
        let flapper = Self.add(3, to: table)
        let nodes = UInt32(64)
        for node in 0..<nodes {
            Self.file(node, stable, 1_000, in: table)
            Self.file(node, flapper, 2_000, in: table)
        }
        let faults = race(readers: 3) { turn in
            var dice = SeededRandom(seed: turn)
            // A wave of others' entries, so that blocks are replaced and searched past.
            let wave = 10_000 + UInt32(turn % 7) * 500
            for node in wave..<wave + 400 { Self.file(node, mover, turn, in: table) }
            table.setFlags(flapper, turn % 2 == 0 ? .routable : [])
            table.setAddress(mover, Self.address(turn % 3 == 0 ? 2 : 12))
            let node = UInt32.random(in: 0..<nodes, using: &dice)
            Self.file(node, mover, 1_500, in: table)
            _ = table.remove(Place(of: NodeID(node)), mover)
            for node in wave..<wave + 400 { _ = table.remove(Place(of: NodeID(node)), mover) }
        } read: { reader in
            var dice = SeededRandom(seed: UInt64(reader))
            var faults = 0
            for _ in 0..<20_000 {
                let node = UInt32.random(in: 0..<nodes, using: &dice)
                let route = table.find(NodeID(node))
                switch (route?.beacon.rawValue, route?.stamp.rawValue, route?.address) {
                case (1, 1_000, Self.address(1)), (3, 2_000, Self.address(3)): break
                case (2, 1_500, Self.address(2)), (2, 1_500, Self.address(12)): break
                default: faults += 1
                }
                if !table.isMember(Self.address(1)) { faults += 1 }
                if table.isMember(Self.address(77)) { faults += 1 }
                if table.find(NodeID(node + 5_000)) != nil { faults += 1 }
            }
            return faults
        }
        #expect(faults == 0)
    }

    /// An entry goes from one owner to another and its old slot to a third: no reader sees it with the third.
    @Test func noReaderSeesAnEntryUnderTheNextUserOfItsSlot() {
        let table = Self.table(256)
        let base = Self.add(1, to: table)
        Self.file(7, base, 1, in: table)
        let faults = race(readers: 3) { turn in
            let beacon = turn % 2 == 0 ? UInt32(50) : UInt32(60)
            let slot = Self.add(beacon, to: table, session: turn)
            // Only the even ones have the node.
            Self.file(beacon == 50 ? 7 : 8, slot, 5, in: table)
            table.retire(slot)
            _ = table.remove(Place(of: NodeID(beacon == 50 ? 7 : 8)), slot)
        } read: { _ in
            var faults = 0
            for _ in 0..<40_000 {
                let route = table.find(NodeID(7))
                if route == nil || route?.beacon == BeaconID(60) { faults += 1 }
                if let route, route.beacon == BeaconID(50), route.address != Self.address(50) { faults += 1 }
            }
            return faults
        }
        #expect(faults == 0)
    }
}

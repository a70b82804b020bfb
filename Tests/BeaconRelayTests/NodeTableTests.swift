import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconRelay

@Suite struct NodeTableTests {
    /// 64 bytes a slot: 56 of entry and 8 of index (the promise of `--max-nodes`).
    @Test func aSlotIs64Bytes() {
        #expect(NodeEntry.byteCount + ConcurrentIndex.byteCount(for: 1 << 20) >> 20 == 64)
        #expect(MemoryLayout<NodeRoute>.stride == 32)
    }

    @Test func keysAreKeptOnlyWhereTheyAreNeeded() {
        var dice = SeededRandom(seed: 2)
        let hash = KeyedHash(using: &dice)
        let key = (0..<32).map { UInt8($0) }
        for wanted in [true, false] {
            let memory = NodeTableMemory(capacity: 4, keys: wanted)
            let table = NodeTable(memory: memory, hash: hash)
            table.entry(2).write(NodeID(9), Endpoint(address: peer(1)), flags: .used)
            reading(key) { table.setKey($0, at: 2) }
            #expect(table.key(at: 2) == nil, "not before the entry says so")
            table.entry(2).write(NodeID(9), Endpoint(address: peer(1)), flags: [.used, .hasKey])
            #expect(table.key(at: 2) == (wanted ? key : nil))
            #expect(table.key(at: 1) == nil)
        }
    }

    @Test func anIdIsFoundFromPublicationToWithdrawal() {
        var dice = SeededRandom(seed: 2)
        let memory = NodeTableMemory(capacity: 4, keys: false)
        let table = NodeTable(memory: memory, hash: KeyedHash(using: &dice))
        let home = Endpoint(address: peer(1), local: 3)
        table.entry(1).write(NodeID(9), home, flags: .used)
        #expect(table.find(NodeID(9)) == nil)
        #expect(table.publish(NodeID(9), position: 1))
        #expect(table.find(NodeID(9))?.route.endpoint == home)
        #expect(table.position(of: NodeID(9)) == 1)
        table.withdraw(NodeID(9), position: 1)
        #expect(table.find(NodeID(9)) == nil)
        #expect(table.position(of: NodeID(9)) == nil)
    }

    /// Look-ups beside a writer that registers, moves and forgets: an id that stays is always found, whole; an id
    /// that comes and goes is found at its own endpoint or not at all.
    @Test func lookUpsHoldBesideAWriter() {
        let beacon = Beacon {
            $0.policy = .reference
            $0.maximumNodes = 64
        }
        let (registry, start) = (beacon.registry, beacon.clock.now)
        @Sendable func home(_ node: UInt32, _ round: UInt16) -> Address {
            Address(high: UInt64(node), low: UInt64(round), port: round)
        }
        @Sendable func put(_ node: UInt32, _ round: UInt16, at now: Moment) {
            let source = Endpoint(address: home(node, round), local: round)
            _ = registry.register(.init(node: NodeID(node), source: source, isDiscover: false), key: nil, at: now)
        }
        put(1, 1, at: start)
        let wrong = race(readers: 2) { turn in
            let (round, now) = (UInt16(truncatingIfNeeded: turn), start + .milliseconds(turn * 600_001))
            // Node 1 is refreshed before the sweep, the others are swept away, and come back elsewhere in the table.
            put(1, round, at: now)
            registry.sweep(limit: 64, at: now)
            for node in UInt32(2)..<60 { put(node, round, at: now) }
        } read: { reader in
            (0..<100_000).reduce(0) { wrong, turn in
                let node = turn % 2 == 0 ? 1 : UInt32(2 + (turn &* 7 &+ reader) % 58)
                guard let endpoint = registry.table.find(NodeID(node))?.route.endpoint else {
                    return wrong + (node == 1 ? 1 : 0)
                }
                return wrong + (endpoint.address == home(node, endpoint.local) ? 0 : 1)
            }
        }
        #expect(wrong == 0)
    }
}

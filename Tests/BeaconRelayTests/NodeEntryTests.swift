import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconRelay

@Suite final class NodeEntryTests {
    private let memory = ZeroedMemory(byteCount: NodeEntry.byteCount)
    private var entry: NodeEntry { NodeEntry(memory.base) }

    /// An endpoint every part of which tells which one it is.
    private static func endpoint(_ number: UInt64) -> Endpoint {
        let address = Address(
            high: number &* 0x9E37_79B9_7F4A_7C15, low: number &* 0xC2B2_AE3D_27D4_EB4F, scope: UInt32(number),
            port: UInt16(number & 0xFFFF))
        return Endpoint(address: address, local: UInt16(number >> 3 & 0xFFFF))
    }

    @Test func whatIsWrittenIsRead() {
        for number in UInt64(0)..<1_000 {
            entry.write(NodeID(7), Self.endpoint(number), flags: [.used, .proven])
            #expect(entry.read(NodeID(7))?.endpoint == Self.endpoint(number))
            #expect(entry.read(NodeID(7))?.flags == [.used, .proven])
        }
        #expect(entry.read(NodeID(8)) == nil, "another's entry")
        entry.write(NodeID(7), Self.endpoint(1), flags: [.proven])
        #expect(entry.read(NodeID(7)) == nil, "a free entry")
    }

    @Test func anUntouchedEntryIsNobodys() {
        #expect(entry.read(NodeID(0)) == nil)
    }

    @Test func theFieldsDoNotTouchEachOther() {
        entry.write(NodeID(1), Self.endpoint(5), flags: .used)
        entry.lastSeen = 11
        entry.lastDiscover = 12
        entry.lastNotify = 13
        #expect(entry.takeUnproven(1, second: 14))
        #expect((entry.lastSeen, entry.lastDiscover, entry.lastNotify) == (11, 12, 13))
        #expect(entry.read(NodeID(1))?.endpoint == Self.endpoint(5))
        #expect(entry.id == NodeID(1))
    }

    @Test func anUnprovenEndpointHasItsAllowanceEverySecond() {
        for second in UInt32(5)..<9 {
            for _ in 0..<3 { #expect(entry.takeUnproven(3, second: second)) }
            for _ in 0..<5 { #expect(!entry.takeUnproven(3, second: second)) }
        }
    }

    /// One thread moves an id between endpoints while others look it up: nobody ever sees half of each.
    @Test func readersNeverSeeAMix() {
        let base = UInt(bitPattern: memory.base)
        @Sendable func shared() -> NodeEntry { NodeEntry(UnsafeMutableRawPointer(bitPattern: base)!) }
        entry.write(NodeID(7), Self.endpoint(0), flags: .used)
        let mixes = race(readers: 2) { turn in
            shared().write(NodeID(7), Self.endpoint(turn & 0xFFF), flags: .used)
        } read: { _ in
            (0..<200_000).reduce(0) { mixes, _ in
                guard let endpoint = shared().read(NodeID(7))?.endpoint else { return mixes + 1 }
                return mixes + (endpoint == Self.endpoint(UInt64(endpoint.address.scope)) ? 0 : 1)
            }
        }
        #expect(mixes == 0)
    }
}

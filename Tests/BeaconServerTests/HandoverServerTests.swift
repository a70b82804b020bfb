import BeaconBasics
import BeaconRelay
import Testing

@testable import BeaconServer

@Suite struct HandoverChangesTests {
    private func node(_ id: UInt32, seen: UInt32 = 1) -> HandedNode {
        HandedNode(
            node: NodeID(id), endpoint: Endpoint(address: Address(ipv4: 1, port: 2)), flags: 1, lastSeen: seen,
            lastDiscover: 0)
    }

    @Test func onlyWhatHasChangedIsSent() {
        let before = [node(1), node(2), nil, node(4)]
        let after = [node(1), node(2, seen: 9), node(3), nil, node(5)]
        let changes = HandoverChanges(from: before, to: after)
        #expect(changes.gone == [NodeID(4)])
        #expect(changes.changed == [node(2, seen: 9), node(3), node(5)])
    }

    /// The entry of a node that went has another's by now, and the node is back in a later entry.
    @Test func anEntryThatChangedHands() {
        let changes = HandoverChanges(from: [node(1), nil], to: [node(2), node(1)])
        #expect(changes.gone == [NodeID(1)])
        #expect(changes.changed == [node(2), node(1)])
    }
}

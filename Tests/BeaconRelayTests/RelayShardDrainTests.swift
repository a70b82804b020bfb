import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconRelay

/// Frames for nodes that move away from a beacon that drains: we are beacon 1, node 30 goes to beacon 2.
@Suite struct RelayShardDrainTests {
    private let sender = Endpoint(address: peer(1))
    private let home = peer(30)
    private let beacon = Beacon.inFleet()

    init() {
        beacon.register(30, at: home)
        beacon.register(31, at: peer(31))
        beacon.registry.setDrainPhase(.refusing)
        _ = beacon.changes()
    }

    private func relay(_ text: String, to node: UInt32 = 30) -> Beacon.Effect {
        beacon.receive(relayFrame(from: 1, to: node, payload: Array(text.utf8)), from: sender)
    }

    private func meshed(_ texts: [String], hops: [UInt8], to node: UInt32 = 30) -> [Beacon.Datagram] {
        zip(texts, hops).map { text, hops in
            let bytes = meshFrame(hops: hops, from: 1, to: node, payload: Array(text.utf8))
            return .init(to: Endpoint(address: dataAddress(2)), bytes: bytes)
        }
    }

    private func delivered(_ text: String) -> Beacon.Effect {
        .sent([.init(to: Endpoint(address: home), bytes: bytes("06·00000001") + Array(text.utf8))], as: .deliver)
    }

    @Test func framesFollowTheNodeBehindThoseThatItMayHaveMissed() {
        #expect(relay("a") == delivered("a"))
        #expect(relay("b") == delivered("b"))
        #expect(beacon.registry.moved(NodeID(30), to: dataAddress(2), at: beacon.clock.now))
        #expect(relay("c") == .sent(meshed(["a", "b", "c"], hops: [2, 2, 1]), as: .mesh))
        #expect(relay("d") == .sent(meshed(["d"], hops: [1]), as: .mesh), "once is enough")
    }

    @Test func soTheyDoWhenTheLogIsFaster() {
        #expect(relay("a") == delivered("a"))
        beacon.directory!.put(30, at: 2)
        #expect(beacon.registry.withdraw(NodeID(30)))
        #expect(relay("b") == .sent(meshed(["a", "b"], hops: [2, 1]), as: .mesh))
    }

    @Test func andThoseOfOtherBeaconsToo() {
        let payload = Array("a".utf8)
        let three = Endpoint(address: dataAddress(3))
        let frame = meshFrame(from: 1, to: 30, payload: payload)
        #expect(beacon.receive(frame, from: three) == delivered("a"))
        beacon.registry.moved(NodeID(30), to: dataAddress(2), at: beacon.clock.now)
        #expect(beacon.receive(frame, from: three) == .sent(meshed(["a", "a"], hops: [2, 2]), as: .mesh))
        let spent = meshFrame(hops: 2, from: 1, to: 30, payload: payload)
        #expect(beacon.receive(spent, from: three) == .dropped(.hopLimit))
        // It left its beacon before the node came there.
        let back = Endpoint(address: dataAddress(2))
        #expect(beacon.receive(frame, from: back) == .sent(meshed(["a"], hops: [2]), as: .mesh))
        #expect(beacon.receive(spent, from: back) == .dropped(.hopLimit))
    }

    @Test func whatItMayHaveMissedDoesNotWaitForMore() {
        #expect(relay("a") == delivered("a"))
        #expect(beacon.beginBatch() == [])
        beacon.registry.moved(NodeID(30), to: dataAddress(2), at: beacon.clock.now)
        #expect(beacon.beginBatch() == meshed(["a"], hops: [2]))
        #expect(beacon.beginBatch() == [])
        #expect(relay("b") == .sent(meshed(["b"], hops: [1]), as: .mesh))
    }

    @Test func whoStaysGetsNothingTwice() {
        #expect(
            relay("a", to: 31)
                == .sent(
                    [.init(to: Endpoint(address: peer(31)), bytes: bytes("06·00000001·61"))], as: .deliver))
        beacon.registry.moved(NodeID(30), to: dataAddress(2), at: beacon.clock.now)
        #expect(beacon.beginBatch() == [])
    }

    /// Asked for proof of life for another beacon, it was silent: from then on it has taken nothing.
    @Test func whatASilentNodeWasSentIsRepeatedWhole() {
        beacon.registry.setDrainPhase(.serving)
        beacon.registry.fleetChanged(at: beacon.clock.now)
        beacon.registry.probe(NodeID(30), claimant: peer(9), token: ProbeToken(1), at: beacon.clock.now)
        let texts = (0..<40).map { "\($0)" }
        for text in texts { #expect(relay(text) == delivered(text)) }
        beacon.pass(.milliseconds(500))
        #expect(beacon.requests() == [.probed(ProbeToken(1), .gone)])
        beacon.registry.moved(NodeID(30), to: dataAddress(2), at: beacon.clock.now)
        #expect(beacon.beginBatch() == meshed(texts, hops: [UInt8](repeating: 2, count: 40)))
    }

    @Test func tooLateForWhatIsOld() {
        #expect(relay("a") == delivered("a"))
        beacon.clock.advance(RecentFrames.doubt)
        beacon.clock.advance(.milliseconds(1))
        beacon.registry.moved(NodeID(30), to: dataAddress(2), at: beacon.clock.now)
        #expect(beacon.beginBatch() == [])
        #expect(relay("b") == .sent(meshed(["b"], hops: [1]), as: .mesh))
    }

    @Test func nothingIsKeptWithoutADrain() {
        beacon.registry.setDrainPhase(.serving)
        #expect(relay("a") == delivered("a"))
        beacon.directory!.put(30, at: 2)
        #expect(beacon.registry.withdraw(NodeID(30)))
        #expect(relay("b") == .sent(meshed(["b"], hops: [1]), as: .mesh))
        let isOn = beacon.shard.recent.isOn
        #expect(!isOn)
    }

    @Test func theSenderIsChargedForItsFrameAndNotForWhatIsRepeated() {
        beacon.live.relayRate = 2
        #expect(relay("a") == delivered("a"))
        beacon.registry.moved(NodeID(30), to: dataAddress(2), at: beacon.clock.now)
        #expect(relay("b") == .sent(meshed(["a", "b"], hops: [2, 1]), as: .mesh))
        #expect(relay("c") == .dropped(.relayRate))
    }
}

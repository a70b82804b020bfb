import BeaconBasics
import BeaconRelay
import Testing

@testable import BeaconServer

@Suite struct HandoverMessageTests {
    static let identity = HandoverIdentity(
        beaconID: 7, label: "lab", addresses: ["[::]:9001", "", "127.0.0.1:9090", ""], shards: 2, isInFleet: false)

    static let messages: [HandoverMessage] = {
        let address = Address(ipv4: 0x0A00_0001, port: 4_000)
        let node = HandedNode(
            node: NodeID(5), endpoint: Endpoint(address: address, local: 3), flags: 5, lastSeen: 1_000, lastDiscover: 9)
        var keyed = node
        keyed.key = [UInt8](repeating: 0xAB, count: 32)
        let sockets = HandoverSockets(
            listen: address, shards: 2, hasAdmin: true, hasHealth: false, newestEvent: 1 << 40,
            settings: [.init(key: "relay-rate", value: "8000")])
        return [
            .ask(identity), .refused("no: é"), .sockets(sockets), .locals([address.host]), .nodes([node, keyed]),
            .gone([NodeID(1), NodeID(.max)]), .tablesSent, .ready, .stopped(since: .max), .taking, .yours, .running,
        ]
    }()

    @Test(arguments: messages) func whatIsWrittenIsRead(_ message: HandoverMessage) throws {
        #expect(try HandoverMessage.decode(message.encoded[...]) == message)
    }

    /// Cut anywhere: a fault, or a list that is shorter by whole rows.
    @Test(arguments: messages) func cutPacketsAreNoneOfOthers(_ message: HandoverMessage) {
        let whole = message.encoded
        for length in 0..<whole.count {
            guard let read = try? HandoverMessage.decode(whole[..<length]) else { continue }
            #expect(read != message)
            #expect(read.encoded == Array(whole[..<length]))
        }
    }

    /// A flipped bit gives a fault or another message, whose own bytes are exactly those.
    @Test(arguments: messages) func flippedBitsNeverGoUnnoticed(_ message: HandoverMessage) {
        let whole = message.encoded
        for bit in 0..<whole.count * 8 {
            var bytes = whole
            bytes[bit / 8] ^= 1 << (bit % 8)
            guard let read = try? HandoverMessage.decode(bytes[...]) else { continue }
            #expect(read.encoded == bytes)
        }
    }

    @Test func anotherVersionIsNamed() {
        var bytes = HandoverMessage.ready.encoded
        bytes[5] = 9
        #expect(throws: HandoverFault.version(9)) { try HandoverMessage.decode(bytes[...]) }
        #expect(throws: HandoverFault.notOurs) { try HandoverMessage.decode([1, 2, 3][...]) }
    }

    @Test func whatMustMatchIsNamed() {
        func refusal(_ change: (inout HandoverIdentity) -> Void) -> String? {
            var successor = Self.identity
            change(&successor)
            return Self.identity.refusal(of: successor)
        }
        #expect(refusal { _ in } == nil)
        #expect(refusal { $0.beaconID = 8 } == "beacon-id is 7 here and 8 at the successor")
        #expect(refusal { $0.shards = 3 } == "shards are 2 here and 3 at the successor")
        #expect(refusal { $0.label = "x" }?.hasPrefix("fleet-label is") == true)
        #expect(refusal { $0.addresses[2] = "" }?.hasPrefix("admin is") == true)
        #expect(refusal { $0.isInFleet = true }?.contains("fleet") == true)
    }
}

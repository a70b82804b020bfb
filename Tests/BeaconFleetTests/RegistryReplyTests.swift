import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconFleet

@Suite struct RegistryReplyTests {
    private static let a = HostPort("192.0.2.9:9001")

    @Test(arguments: [
        (#"{"type":"beacon_register_ok","beacon_id":7}"#, RegistryReply.answer(nil)),
        (#"{"type":"error","error":"no"}"#, .refusal("no")),
        (#"{"type":"error"}"#, .refusal("no reason given")),
        (#"{"type":"error","error":7,"beacons":[]}"#, .refusal("no reason given")),
        (#"{"type":"beacon_list_ok","beacons":[]}"#, .answer([])),
        (#"{"type":"beacon_list_ok"}"#, .answer([])),
        (#"{"type":"beacon_list_ok","beacons":{}}"#, .answer([])),
        (#"{"beacons":[]}"#, .answer([])),
        ("{}", .answer(nil)),
        (#"{"beacons":7}"#, .answer(nil)),
        ("[]", .unreadable("the reply is not a JSON object")),
        ("7", .unreadable("the reply is not a JSON object")),
        ("", .unreadable("the reply is not JSON: the text ends too early")),
        ("HTTP", .unreadable("the reply is not JSON: \"HTTP\" is not a JSON value")),
    ])
    func replies(_ text: String, _ reply: RegistryReply) {
        #expect(RegistryReply(Array(text.utf8)) == reply)
    }

    @Test(
        arguments: [
            (#"{"id":9,"addr":"192.0.2.9:9001"}"#, 9, a),
            (#"{"id":1e+06,"addr":"192.0.2.9:9001"}"#, 1_000_000, a),
            (#"{"id":9.0,"addr":"192.0.2.9:9001","x":[{}]}"#, 9, a),
            (#"{"id":8,"id":9,"addr":"","addr":"192.0.2.9:9001"}"#, 9, a),
            (#"{"addr":"192.0.2.9:9001"}"#, nil, a),
            (#"{"id":"9","addr":"192.0.2.9:9001"}"#, nil, a),
            (#"{"id":4294967296,"addr":"192.0.2.9:9001"}"#, nil, a),
            (#"{"id":-1,"addr":"192.0.2.9:9001"}"#, nil, a),
            (#"{"id":9.5,"addr":"192.0.2.9:9001"}"#, nil, a),
            (#"{"id":1e999,"addr":"192.0.2.9:9001"}"#, nil, a),
            (#"{"id":9,"addr":"B1.example:9001"}"#, 9, HostPort("b1.example:9001")),
            (#"{"id":9,"addr":"[::ffff:192.0.2.9]:9001"}"#, 9, a),
            (#"{"id":9,"addr":""}"#, 9, nil),
            (#"{"id":9,"addr":"nonsense"}"#, 9, nil),
            (#"{"id":9,"addr":"192.0.2.9:0"}"#, 9, nil),
            (#"{"id":9,"addr":"192.0.2.9:65536"}"#, 9, nil),
            (#"{"id":9,"addr":7}"#, 9, nil),
            (#"{"id":9}"#, 9, nil),
            ("{}", nil, nil),
            (#""a string instead of an object""#, nil, nil),
            ("null", nil, nil),
            ("[9]", nil, nil),
        ] as [(String, UInt32?, HostPort?)])
    func entries(_ text: String, _ id: UInt32?, _ address: HostPort?) {
        let reply = RegistryReply(Array("{\"beacons\":[\(text)]}".utf8))
        #expect(reply == .answer([RegistryListing(beaconID: id, address: address)]))
    }

    @Test func aReasonIsCut() {
        let reason = String(repeating: "é", count: 1_000)
        let reply = RegistryReply(Array("{\"type\":\"error\",\"error\":\"\(reason)\"}".utf8))
        #expect(reply == .refusal(String(reason.prefix(RegistryReply.maximumReason))))
    }

    /// A list changed at random in a few bytes, or cut: it is still one of the three, and no entry has an address that
    /// is not in the text.
    @Test(arguments: 0..<UInt64(30))
    func anyBytesAreAReply(seed: UInt64) {
        var dice = SeededRandom(seed: seed)
        let list = #"{"type":"beacon_list_ok","beacons":[{"id":7,"addr":"192.0.2.7:9001"},{"id":9,"addr":"b:1"},3]}"#
        var answers = 0
        for _ in 0..<500 {
            var bytes = Array(list.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &dice) {
                bytes[Int.random(in: 0..<bytes.count, using: &dice)] = UInt8.random(in: 0...255, using: &dice)
            }
            if Bool.random(using: &dice) { bytes.removeLast(Int.random(in: 0...bytes.count, using: &dice)) }
            if case .answer(let entries) = RegistryReply(bytes) {
                answers += 1
                #expect((entries?.count ?? 0) <= 3)
            }
        }
        #expect(answers > 0, "some changes do no harm")
        for length in 0..<300 { _ = RegistryReply(dice.bytes(length)) }
    }
}

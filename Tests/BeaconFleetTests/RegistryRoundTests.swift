import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconFleet

@Suite struct RegistryRoundTests {
    private static let own = "203.0.113.5:9001"
    private let registered = framed(#"{"type":"beacon_register_ok","beacon_id":7}"#)

    private func round() -> RegistryRound { RegistryRound(RegistryIdentity(beaconID: 7), announcing: Self.own) }

    private func report(
        _ result: RegistryResult, _ beacons: [String]? = nil, skipped: Int = 0
    ) -> RegistryReport {
        RegistryReport(
            result: result, announcedAs: Self.own, beacons: beacons.map { $0.map { HostPort($0)! } }, skipped: skipped)
    }

    /// What the round makes of these replies, one after the other.
    private func steps(_ replies: [UInt8]...) -> [RegistryRound.Step] {
        var round = round()
        return replies.flatMap { round.receive($0) }
    }

    /// Rows Y1 of protocol.md §12.7.
    @Test func aGoodRound() {
        let list = framed(
            """
            {"type":"beacon_list_ok","beacons":[{"id":7,"addr":"192.0.2.7:9001"},{"id":9,"addr":"192.0.2.9:9001"},\
            {"id":10,"addr":""},{"id":11,"addr":"nonsense"},"text",{"id":12,"addr":"\(Self.own)"}]}
            """)
        #expect(round().start() == RegistryMessage.register(RegistryIdentity(beaconID: 7), at: Self.own))
        let good = RegistryRound.Step.finish(report(.ok, ["192.0.2.9:9001"], skipped: 3))
        #expect(steps(registered, list) == [.send(RegistryMessage.list), good])
        #expect(steps(registered + list) == [.send(RegistryMessage.list), good], "both at once")
        #expect(steps(registered + list + [0, 0, 0, 1, 7]) == [.send(RegistryMessage.list), good], "and more behind")
    }

    @Test func bytesComeCutAnyhow() {
        let all = registered + framed(#"{"type":"beacon_list_ok","beacons":[{"id":9,"addr":"b.example:1"}]}"#)
        for cut in 1...all.count {
            var round = round()
            var steps: [RegistryRound.Step] = []
            for start in stride(from: 0, to: all.count, by: cut) {
                steps += round.receive(all[start..<min(start + cut, all.count)])
            }
            #expect(steps == [.send(RegistryMessage.list), .finish(report(.ok, ["b.example:1"]))], "by \(cut)")
        }
    }

    /// Row Y5: the list is of use to a refused beacon too.
    @Test func aRefusalIsKnownAndTheListIsUsed() {
        let steps = steps(
            framed(#"{"type":"error","error":"wrong token"}"#), framed(#"{"beacons":[{"id":9,"addr":"b.example:1"}]}"#))
        #expect(steps.last == .finish(report(.refused("wrong token"), ["b.example:1"])))
    }

    /// Weakness G9 of the reference: these take no beacon away. An empty list does.
    @Test(arguments: [
        (#"{"type":"error","error":"busy"}"#, RegistryResult.refused("busy"), false),
        ("{}", .invalid("the reply to beacon_list has no list"), false),
        ("[]", .invalid("the reply is not a JSON object"), false),
        ("", .invalid("the reply is not JSON: the text ends too early"), false),
        (#"{"type":"beacon_list_ok"}"#, .ok, true),
    ])
    func onlyAListReplacesTheList(_ reply: String, _ result: RegistryResult, _ replaces: Bool) {
        #expect(steps(registered, framed(reply)).last == .finish(report(result, replaces ? [] : nil)))
    }

    @Test func theFirstRefusalIsTheOneToTell() {
        let refusals = steps(
            framed(#"{"type":"error","error":"first"}"#), framed(#"{"type":"error","error":"second"}"#))
        #expect(refusals.last == .finish(report(.refused("first"))))
    }

    @Test func whatIsNoRegistryIsLeftAtOnce() {
        #expect(steps(framed("nonsense")).count == 1)
        let http = steps(Array("HTTP/1.1 400 Bad Request".utf8))
        #expect(http == [.finish(report(.invalid("a reply of 1213486160 bytes: not a registry?")))])
        let alert = steps([21, 3, 1, 0, 2, 2, 10])
        #expect(alert == [.finish(report(.invalid("it answers in TLS: set --registry-tls")))])
    }

    @Test func aReplyOfAMebibyteIsReadAndALongerOneRefusedByItsLength() {
        let padding = String(repeating: " ", count: RegistryRound.maximumReply - 2)
        #expect(steps(framed("{\(padding)}")) == [.send(RegistryMessage.list)])
        var round = round()
        #expect(round.receive([0, 0x10, 0]).isEmpty)
        #expect(
            round.receive([1]) == [.finish(report(.invalid("a reply of 1048577 bytes: not a registry?")))],
            "before its first byte")
        #expect(round.receive(registered).isEmpty, "the round is over")
    }

    @Test func aListIsTakenUpToItsLimit() {
        let entries = (1...300).map { "{\"id\":\($0 + 100),\"addr\":\"192.0.2.1:\($0)\"}" }
        let steps = steps(registered, framed("{\"beacons\":[\(entries.joined(separator: ","))]}"))
        #expect(steps.last == .finish(report(.ok, (1...255).map { "192.0.2.1:\($0)" }, skipped: 45)))
    }

    @Test func aRoundFailsOnce() {
        var round = round()
        #expect(round.fail(.unreachable("too late")) == report(.unreachable("too late")))
        #expect(round.fail(.untrusted("again")) == nil)
        #expect(round.receive(registered).isEmpty)
    }

    /// Random bytes, framed or not: at most one finish, which is the last step, and no crash.
    @Test(arguments: 0..<UInt64(30))
    func anyBytesAreSurvived(seed: UInt64) {
        var dice = SeededRandom(seed: seed)
        for _ in 0..<200 {
            var round = round()
            var steps: [RegistryRound.Step] = []
            for _ in 0..<Int.random(in: 1...4, using: &dice) {
                let junk = dice.bytes(Int.random(in: 0...60, using: &dice))
                let pieces = [junk, [0, 0, 0, UInt8(junk.count)] + junk, registered, framed("{\"beacons\":[[]]}")]
                steps += round.receive(pieces.randomElement(using: &dice)!)
            }
            let finishes = steps.indices.filter { if case .finish = steps[$0] { true } else { false } }
            #expect(finishes.isEmpty || finishes == [steps.count - 1])
            #expect(steps.count <= 2)
        }
    }
}

/// A text as the registry frames it.
func framed(_ text: String) -> [UInt8] {
    let count = UInt32(text.utf8.count)
    return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> UInt32($0)) } + text.utf8
}

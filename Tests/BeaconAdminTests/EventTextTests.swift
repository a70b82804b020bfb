import BeaconBasics
import Testing

@testable import BeaconAdmin

@Suite struct EventTextTests {
    private func text(_ kind: String, _ fields: [BeaconEvent.Field] = []) -> String {
        String(
            decoding: EventText.bytes(BeaconEvent(id: 5, time: 1.5, kind: EventKind(rawValue: kind), fields: fields)),
            as: UTF8.self)
    }

    @Test func event() {
        let fields = [BeaconEvent.Field("beacon", "3"), BeaconEvent.Field("state", "dead")]
        let expected = """
            id: 5
            event: member
            data: {"id":5,"time":1.5,"kind":"member","fields":{"beacon":"3","state":"dead"}}


            """
        #expect(text("member", fields) == expected)
    }

    @Test(
        "WHATWG HTML §9.2.6: nothing that a peer has sent ends a line",
        arguments: ["\n", "\r", "\r\n", "\0", "\u{1B}"])
    func hostileValues(end: String) {
        let bytes = text("member", [BeaconEvent.Field("why\(end)id: 9", "x\(end)\(end)event: forged\(end)data: y")])
        #expect(bytes.utf8.count { $0 == 0x0A } == 4)
        #expect(bytes.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x0A })
    }

    @Test("a kind is one word", arguments: ["", "a b", "a\nid: 9", "é", "a\0"])
    func hostileKinds(kind: String) {
        #expect(text(kind).hasPrefix("id: 5\nevent: event\ndata: {"))
    }

    @Test func opening() {
        #expect(EventText.opening(position: nil) == Array("retry: 2000\n\n".utf8))
        #expect(EventText.opening(position: 7) == Array("retry: 2000\nid: 7\n\n".utf8))
    }
}

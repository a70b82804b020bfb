import BeaconBasics
import Testing

@testable import BeaconRecorder

@Suite struct EventFieldsJSONTests {
    @Test(arguments: ["", "plain", "\"\\\u{0}\n\r\t\u{1F}\u{7F}", "é 🛰", "}"])
    func anyTextComesBack(_ text: String) {
        let event = BeaconEvent(id: 1, time: 0, kind: .peer, fields: [.init(text, text), .init("b", "c")])
        #expect(BeaconEvent.fields(json: event.fieldsJSON) == event.fields)
        #expect(event.fieldsJSON.utf8.allSatisfy { $0 >= 0x20 })
    }

    @Test(arguments: ["", "[]", "{", "{\"a\":1}", "null"])
    func whatIsNoObjectOfTextsHasNone(_ json: String) {
        #expect(BeaconEvent.fields(json: json).isEmpty)
    }
}

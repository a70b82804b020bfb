import BeaconTestKit
import BeaconWire
import Testing

@Suite struct NotifyTests {
    @Test func aNotifyIsTwoBytes() {
        let (message, behind) = writing(room: 3) { Notify.write(into: &$0) }
        #expect(hex(message) == "0a01")
        #expect(behind == [dirt])
    }
}

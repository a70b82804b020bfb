import BeaconTestKit
import Testing

@testable import BeaconFleet

@Suite struct RegistryMessageTests {
    /// The frames of protocol.md §7.2.
    @Test func theFramesAreThoseOfTheProtocol() {
        #expect(
            RegistryMessage.register(RegistryIdentity(beaconID: 7), at: "203.0.113.5:9001")
                == bytes(
                    """
                    00000042\
                    7b2261646472223a223230332e302e3131332e353a39303031222c22626561636f6e5f6964223a372c2274797065223a\
                    22626561636f6e5f7265676973746572227d
                    """))
        #expect(RegistryMessage.list == bytes("000000167b2274797065223a22626561636f6e5f6c697374227d"))
    }

    @Test func theTokenStandsInAlphabeticalOrderAndIsEscaped() {
        let identity = RegistryIdentity(beaconID: .max, adminToken: "a\"b\\c\n\u{7F}é")
        let message = RegistryMessage.register(identity, at: "[2001:db8::5]:1")
        #expect(message.prefix(4) == [0, 0, 0, UInt8(message.count - 4)])
        #expect(
            String(decoding: message.dropFirst(4), as: UTF8.self)
                == #"{"addr":"[2001:db8::5]:1","admin_token":"a\"b\\c\n\u007fé","beacon_id":4294967295,"#
                + #""type":"beacon_register"}"#)
    }

    @Test func aLongTokenIsNotCut() {
        let token = String(repeating: "x", count: 70_000)
        let message = RegistryMessage.register(RegistryIdentity(beaconID: 1, adminToken: token), at: "192.0.2.1:1")
        #expect(Array(message.prefix(4)) == [0, 1, 0x11, 0xBE])
        #expect(message.count == 4 + 0x1_11BE)
        #expect(String(decoding: message, as: UTF8.self).contains(token))
    }
}

import BeaconBasics
import Testing

@testable import BeaconFleet

@Suite struct OwnAddressesTests {
    private func own(
        _ control: String, _ data: String, control advertisedControl: String? = nil, data advertisedData: String? = nil
    ) -> OwnAddresses {
        OwnAddresses(
            control: Address(control)!, data: Address(data)!, advertisedControl: advertisedControl.map { Address($0)! },
            advertisedData: advertisedData.map { Address($0)! })
    }

    @Test(
        arguments: [
            ("127.0.0.1:9011", "127.0.0.1:9001", nil, nil, "127.0.0.1:9011", "127.0.0.1:9001"),
            // One of two sockets says where the other is.
            ("[::]:9011", "127.0.0.1:9001", nil, nil, "127.0.0.1:9011", "127.0.0.1:9001"),
            ("192.0.2.1:9011", "0.0.0.0:9001", nil, nil, "192.0.2.1:9011", "192.0.2.1:9001"),
            // What is advertised goes before what is bound.
            ("[::]:9011", "[::]:9001", nil, "203.0.113.5:19001", "203.0.113.5:9011", "203.0.113.5:19001"),
            ("[::]:9011", "10.0.0.1:9001", "203.0.113.5:19011", nil, "203.0.113.5:19011", "10.0.0.1:9001"),
            // Two wildcards know nothing.
            ("[::]:9011", "[::]:9001", nil, nil, nil, nil),
            ("[::]:9011", "[::]:9001", "203.0.113.5:19011", nil, "203.0.113.5:19011", nil),
        ] as [(String, String, String?, String?, String?, String?)])
    func whatIsKnown(
        _ control: String, _ data: String, _ advertisedControl: String?, _ advertisedData: String?,
        _ wantedControl: String?, _ wantedData: String?
    ) {
        let own = own(control, data, control: advertisedControl, data: advertisedData)
        #expect(own.control?.description == wantedControl)
        #expect(own.data?.description == wantedData)
        #expect(own.isComplete == (wantedControl != nil && wantedData != nil))
    }

    @Test func theFirstPeerShowsTheRest() {
        var own = own("[::]:9011", "[::]:9001", control: "203.0.113.5:19011")
        own.complete(host: Address("10.0.0.7:0")!, controlPort: 9_011, dataPort: 9_001)
        #expect(own.control == Address("203.0.113.5:19011"))
        #expect(own.data == Address("10.0.0.7:9001"))
    }
}

import BeaconControl
import Testing

@Suite struct AdminAddressTests {
    @Test(arguments: [
        ("127.0.0.1:9090", "127.0.0.1:9090"), (":9090", "127.0.0.1:9090"), ("0.0.0.0:1", "127.0.0.1:1"),
        ("[::]:9090", "[::1]:9090"), ("[::1]:9090", "[::1]:9090"), ("beacon.example:80", "beacon.example:80"),
        ("localhost:9090", "localhost:9090"), (AdminAddress.standard, "127.0.0.1:9090"),
    ])
    func reads(text: String, expected: String) {
        #expect(AdminAddress(text)?.description == expected)
    }

    @Test(arguments: ["", "9090", ":", ":0", "none", "127.0.0.1", "127.0.0.1:65536", "http://localhost:9090", "a b:1"])
    func refuses(text: String) {
        #expect(AdminAddress(text) == nil)
    }
}

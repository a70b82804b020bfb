import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconDataPlane

@Suite struct SocketAddressTests {
    private func roundTrip(_ address: Address, ipv6: Bool) -> (Address, UInt32) {
        withUnsafeTemporaryAllocation(byteCount: SocketAddress.byteCount, alignment: 8) { memory in
            memory.initializeMemory(as: UInt8.self, repeating: 0xFF)
            let length = SocketAddress.write(address, to: memory.baseAddress!, ipv6: ipv6)
            return (SocketAddress.read(memory.baseAddress!), length)
        }
    }

    @Test(arguments: ["127.0.0.1:5", "203.0.113.77:65535", "0.0.0.0:0"])
    func anIPv4AddressIsTheSameThroughEitherFamily(text: String) throws {
        let address = try #require(Address(text))
        #expect(roundTrip(address, ipv6: false) == (address, 16))
        #expect(roundTrip(address, ipv6: true) == (address, 28))
    }

    @Test(arguments: ["[2001:db8::5]:9001", "[::1]:1", "[fe80::1%7]:80"])
    func anIPv6AddressKeepsItsScope(text: String) throws {
        let address = try #require(Address(text))
        #expect(roundTrip(address, ipv6: true) == (address, 28))
    }

    /// Two spellings of one endpoint must not come of an interface number that means nothing.
    @Test func aScopeIsKeptOnlyWhereItMeansSomething() {
        let global = Address(high: 0x2001_0db8_0000_0000, low: 1, scope: 9, port: 1)
        #expect(roundTrip(global, ipv6: true).0.scope == 0)
    }
}

import BeaconBasics
import BeaconTestKit
import Glibc
import Testing

@testable import BeaconDataPlane

@Suite struct UDPSocketTests {
    private func bind(_ text: String, reusePort: Bool = false) throws -> UInt16 {
        let socket = try UDPSocket(bind: ListenAddress(Address(text)!), reusePort: reusePort)
        return try UDPSocket.boundPort(socket.descriptor)
    }

    @Test func theKernelChoosesAPortAndTheSocketsEndFreesIt() throws {
        let port = try bind("127.0.0.1:0")
        #expect(port != 0)
        #expect(try bind("127.0.0.1:\(port)") == port)
    }

    @Test func onlyShardsShareAPort() throws {
        let first = try UDPSocket(bind: ListenAddress(Address("127.0.0.1:0")!), reusePort: true)
        let port = try UDPSocket.boundPort(first.descriptor)
        #expect(try bind("127.0.0.1:\(port)", reusePort: true) == port)
        let error = #expect(throws: SystemError.self) { try bind("127.0.0.1:\(port)") }
        #expect(error == SystemError("bind UDP 127.0.0.1:\(port)", number: EADDRINUSE))
    }

    @Test func anAddressThatIsNotOursIsAnErrorThatSaysSo() {
        let error = #expect(throws: SystemError.self) { try bind("192.0.2.1:9001") }
        #expect(error?.number == EADDRNOTAVAIL)
        #expect(error?.description.hasPrefix("bind UDP 192.0.2.1:9001: ") == true)
    }

    /// protocol.md §1.8: `:9001` takes both families, an IPv6 address only its own.
    @Test(arguments: [
        ("[::]:5", true, true), ("[::1]:5", true, false), ("0.0.0.0:5", false, false), ("[2001:db8::1]:5", true, false),
    ])
    func onlyTheIPv6WildcardTakesBothFamilies(text: String, isIPv6: Bool, isDualStack: Bool) throws {
        let listen = ListenAddress(try #require(Address(text)))
        #expect(listen.isIPv6 == isIPv6)
        #expect(listen.isDualStack == isDualStack)
        #expect(listen.with(port: 6).address.port == 6)
        #expect(listen.description == text)
    }

    @Test func buffersAreWhatTheKernelGrants() throws {
        let socket = try UDPSocket(bind: ListenAddress(Address("127.0.0.1:0")!), reusePort: false)
        let small = socket.setBuffers(65_536)
        #expect(small.receive == 65_536 && small.send == 65_536)
    }
}

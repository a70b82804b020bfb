import BeaconBasics
import BeaconTestKit
import Glibc
import NIOCore
import Testing

@testable import BeaconFleet

@Suite struct ControlSocketTests {
    private func bind(_ text: String) throws -> ControlSocket {
        try ControlSocket.bind(Address(text)!, receiveBuffer: 1 << 20)
    }

    @Test(arguments: ["127.0.0.1:0", "[::]:0", "[::1]:0", "0.0.0.0:0"])
    func itIsBoundWhereItSays(_ text: String) throws {
        let socket = try bind(text)
        defer { socket.close() }
        #expect(socket.address.port != 0)
        #expect(socket.address.isSameHost(Address(text)!))
    }

    @Test func aPortThatIsTakenIsAnError() throws {
        let socket = try bind("127.0.0.1:0")
        defer { socket.close() }
        let error = try #require(throws: ControlSocket.Failure.self) {
            try ControlSocket.bind(socket.address, receiveBuffer: 1 << 20)
        }
        #expect(error == ControlSocket.Failure(call: "bind", code: EADDRINUSE))
        #expect(error.description.contains("in use"))
    }

    /// A wildcard socket serves both families, and both ends see canonical addresses.
    @Test func itSendsToBothFamilies() throws {
        let socket = try bind("[::]:0")
        defer { socket.close() }
        try #require(socket.isIPv6)
        for host in ["127.0.0.1", "::1"] {
            let peer = LoopbackSocket(host)
            #expect(socket.send([1, 2, 3], to: peer.address) == nil)
            let (bytes, source) = try #require(peer.receive())
            #expect(bytes == [1, 2, 3])
            #expect(source.isSameHost(Address(host: host, port: 0)!) && source.port == socket.address.port)
        }
    }

    /// What the kernel refuses is an error of one datagram, not of the socket.
    @Test func aRefusedDatagramIsNoEnd() throws {
        let socket = try bind("127.0.0.1:0")
        defer { socket.close() }
        #expect(socket.send([1], to: Address("[::1]:9")!) == EAFNOSUPPORT)
        #expect(socket.send([UInt8](repeating: 0, count: 70_000), to: Address("127.0.0.1:9")!) == EMSGSIZE)
        // From a loopback address the kernel sends nowhere else.
        #expect(socket.send([1], to: Address("192.0.2.1:9")!) != nil)
        let peer = LoopbackSocket()
        #expect(socket.send([4], to: peer.address) == nil)
        #expect(peer.receive()?.0 == [4])
    }

    @Test func theLocalAddressTowardsAPeer() {
        #expect(ControlSocket.localHost(towards: Address("127.0.0.1:9")!) == Address("127.0.0.1:0"))
        #expect(ControlSocket.localHost(towards: Address("[::1]:9")!) == Address("[::1]:0"))
    }

    @Test(arguments: ["192.0.2.1:9011", "[2001:db8::5]:9011", "[fe80::1%7]:1"])
    func socketAddresses(_ text: String) throws {
        let address = Address(text)!
        #expect(SocketAddress(address, dualStack: true)?.address == address)
        #expect(SocketAddress(address, dualStack: false)?.address == address)
    }
}

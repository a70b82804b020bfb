import BeaconBasics
import BeaconCrypto
import NIOCore
import NIOEmbedded
import NIOSSL
import NIOTLS
import Testing

@testable import BeaconFleet

@Suite struct RegistryExchangeTests {
    /// A connection with a clock that the test moves.
    private struct Wire {
        let channel = EmbeddedChannel()
        private let log = Log()

        private final class Log {
            var report: RegistryReport?
        }

        init(_ announcement: RegistryAnnouncement, connected: Bool = true, tls: RegistryTLS? = nil) throws {
            let promise = channel.eventLoop.makePromise(of: RegistryReport.self)
            promise.futureResult.assumeIsolated().whenSuccess { [log] in log.report = $0 }
            if connected { try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 9_000)).wait() }
            channel.localAddress = try SocketAddress(ipAddress: "203.0.113.5", port: 40_000)
            let exchange = RegistryExchange(RegistryIdentity(beaconID: 7), announcement, tls: tls, promise: promise)
            try channel.pipeline.syncOperations.addHandler(exchange)
        }

        func sent() throws -> [UInt8] {
            try channel.readOutbound(as: ByteBuffer.self).map { Array($0.readableBytesView) } ?? []
        }

        func receive(_ bytes: [UInt8]) throws { try channel.writeInbound(ByteBuffer(bytes: bytes)) }

        /// What was reported so far.
        var reported: RegistryReport? { log.report }
    }

    @Test func aRoundIsDrivenAndTheConnectionClosed() throws {
        let wire = try Wire(.connection(port: 9_001))
        #expect(try wire.sent() == RegistryMessage.register(RegistryIdentity(beaconID: 7), at: "203.0.113.5:9001"))
        try wire.receive(framed("{}"))
        #expect(try wire.sent() == RegistryMessage.list)
        #expect(wire.reported == nil)
        try wire.receive(framed(#"{"beacons":[]}"#))
        #expect(wire.reported == RegistryReport(result: .ok, announcedAs: "203.0.113.5:9001", beacons: []))
        #expect(!wire.channel.isActive)
        wire.channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(try wire.sent().isEmpty)
    }

    @Test func anAddressThatWasChosenIsAnnouncedAsItIs() throws {
        let wire = try Wire(.fixed("beacon.example:9001"))
        #expect(try wire.sent() == RegistryMessage.register(RegistryIdentity(beaconID: 7), at: "beacon.example:9001"))
        _ = try wire.channel.finish(acceptAlreadyClosed: true)
    }

    @Test func theRegistryHasTenSecondsForAllOfIt() throws {
        let wire = try Wire(.fixed("a:1"))
        wire.channel.embeddedEventLoop.advanceTime(by: .seconds(6))
        try wire.receive(framed("{}"))
        wire.channel.embeddedEventLoop.advanceTime(by: .milliseconds(3_999))
        #expect(wire.reported == nil)
        wire.channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(
            wire.reported == RegistryReport(result: .unreachable("no answer within 10 s"), announcedAs: "a:1"))
        #expect(!wire.channel.isActive)
    }

    @Test func aConnectionThatEndsEarlyIsAFailure() throws {
        let wire = try Wire(.fixed("a:1"))
        try wire.receive([0, 0])
        wire.channel.close(promise: nil)
        wire.channel.embeddedEventLoop.run()
        #expect(wire.reported?.result == .unreachable("the registry closed the connection"))
    }

    /// Servers that speak TLS leave who does not, in many ways.
    @Test func aConnectionThatEndsBeforeAnyAnswer() throws {
        let hint = ", before any answer: does it want --registry-tls?"
        let closed = try Wire(.fixed("a:1"))
        closed.channel.close(promise: nil)
        closed.channel.embeddedEventLoop.run()
        #expect(closed.reported?.result == .unreachable("the registry closed the connection" + hint))
        let reset = try Wire(.fixed("a:1"))
        reset.channel.pipeline.fireErrorCaught(IOError(errnoCode: 104, reason: "read"))
        reset.channel.embeddedEventLoop.run()
        #expect(reset.reported?.result == .unreachable("Connection reset by peer" + hint))
        let alert = try Wire(.fixed("a:1"))
        try alert.receive([21, 3, 3, 0, 2, 2, 70])
        #expect(alert.reported?.result == .invalid("it answers in TLS: set --registry-tls"))
    }

    private func pinned() throws -> RegistryTLS? {
        let pin = CertificateFingerprint(String(repeating: "0", count: 64))!
        return try RegistryTLS(.pinned(pin), to: HostPort("192.0.2.1:9000")!, roots: .default)
    }

    @Test func nothingIsSaidBeforeTheHandshakeIsOver() throws {
        let wire = try Wire(.fixed("a:1"), tls: pinned())
        #expect(try wire.sent().isEmpty)
        wire.channel.pipeline.fireUserInboundEventTriggered(TLSUserEvent.handshakeCompleted(negotiatedProtocol: nil))
        #expect(try wire.sent() == RegistryMessage.register(RegistryIdentity(beaconID: 7), at: "a:1"))
        wire.channel.pipeline.fireUserInboundEventTriggered(TLSUserEvent.handshakeCompleted(negotiatedProtocol: nil))
        #expect(try wire.sent().isEmpty, "once")
        try wire.receive(framed("{}") + framed(#"{"beacons":[]}"#))
        #expect(wire.reported?.result == .ok)
    }

    @Test func theHandshakeHasTenSecondsToo() throws {
        let wire = try Wire(.fixed("a:1"), tls: pinned())
        wire.channel.embeddedEventLoop.advanceTime(by: .milliseconds(9_999))
        #expect(wire.reported == nil)
        wire.channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(
            wire.reported?.result == .unreachable("no TLS handshake within 10 s: does it speak plain TCP?"))
        #expect(!wire.channel.isActive)
        #expect(try wire.sent().isEmpty)
    }

    /// The handshake took its part of the ten seconds.
    @Test func aRegistryThatIsSilentAfterTheHandshake() throws {
        let wire = try Wire(.fixed("a:1"), tls: pinned())
        wire.channel.embeddedEventLoop.advanceTime(by: .seconds(6))
        wire.channel.pipeline.fireUserInboundEventTriggered(TLSUserEvent.handshakeCompleted(negotiatedProtocol: nil))
        wire.channel.embeddedEventLoop.advanceTime(by: .seconds(4))
        #expect(wire.reported?.result == .unreachable("no answer within 10 s"))
    }

    /// A peer that ends the connection without the goodbye of TLS: what it is, and in what words.
    @Test(arguments: [
        (NIOSSLError.handshakeFailed(.sslError([.eofDuringHandshake])), "does it speak plain TCP?"),
        (.uncleanShutdown, "the registry closed the connection"),
        (.handshakeFailed(.syscallError), "the TLS handshake failed: syscallError"),
    ])
    func errorsOfTLS(_ error: NIOSSLError, _ words: String) throws {
        let wire = try Wire(.fixed("a:1"), tls: pinned())
        wire.channel.pipeline.fireErrorCaught(error)
        wire.channel.close(promise: nil)
        wire.channel.embeddedEventLoop.run()
        guard case .unreachable(let reason)? = wire.reported?.result else { return #expect(Bool(false)) }
        #expect(reason.hasSuffix(words))
    }

    @Test func aConnectionThatEndedBeforeItBeganIsOneToo() throws {
        let wire = try Wire(.fixed("a:1"), connected: false)
        #expect(wire.reported?.result == .unreachable("the connection ended at once"))
    }

    @Test func anErrorOfTheSocketIsTold() throws {
        let wire = try Wire(.fixed("a:1"))
        try wire.receive([0])
        wire.channel.pipeline.fireErrorCaught(IOError(errnoCode: 104, reason: "read"))
        wire.channel.embeddedEventLoop.run()
        #expect(wire.reported?.result == .unreachable("Connection reset by peer"))
    }
}

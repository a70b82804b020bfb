import BeaconBasics
import NIOCore
import NIOEmbedded
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

        init(_ announcement: RegistryAnnouncement, connected: Bool = true) throws {
            let promise = channel.eventLoop.makePromise(of: RegistryReport.self)
            promise.futureResult.assumeIsolated().whenSuccess { [log] in log.report = $0 }
            if connected { try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 9_000)).wait() }
            channel.localAddress = try SocketAddress(ipAddress: "203.0.113.5", port: 40_000)
            let exchange = RegistryExchange(RegistryIdentity(beaconID: 7), announcement, promise: promise)
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

    @Test func aConnectionThatEndedBeforeItBeganIsOneToo() throws {
        let wire = try Wire(.fixed("a:1"), connected: false)
        #expect(wire.reported?.result == .unreachable("the connection ended at once"))
    }

    @Test func anErrorOfTheSocketIsTold() throws {
        let wire = try Wire(.fixed("a:1"))
        wire.channel.pipeline.fireErrorCaught(IOError(errnoCode: 104, reason: "read"))
        wire.channel.embeddedEventLoop.run()
        #expect(wire.reported?.result == .unreachable("Connection reset by peer"))
    }
}

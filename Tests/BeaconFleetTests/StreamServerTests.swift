import BeaconBasics
import BeaconCluster
import NIOCore
import NIOEmbedded
import Testing

@testable import BeaconFleet

/// One stream and another of a server, under a clock that the test moves.
@Suite struct StreamServerTests {
    private static let source = Address("192.0.2.9:40000")!
    private let requests = Requests()

    private final class Requests {
        var all: [(id: StreamID, bytes: [UInt8], source: Address)] = []
    }

    private func server() -> StreamServer {
        StreamServer { [requests] in requests.all.append(($0, Array($1.readableBytesView), $2)) }
    }

    /// A connection that the gate has let in.
    private func connect(_ server: StreamServer, from source: Address = source) throws -> EmbeddedChannel {
        let isIn = server.gate.enter(source.host)
        #expect(isIn)
        let channel = EmbeddedChannel()
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 9_011)).wait()
        try channel.pipeline.syncOperations.addHandler(StreamConnection(server, from: source))
        return channel
    }

    private func sent(_ channel: EmbeddedChannel) throws -> [UInt8]? {
        try channel.readOutbound(as: ByteBuffer.self).map { Array($0.readableBytesView) }
    }

    @Test func oneRecordInAndOneOut() throws {
        let server = server()
        let channel = try connect(server)
        try channel.writeInbound(StreamRecord.framed([1, 2, 3]))
        let request = try #require(requests.all.first)
        #expect(request.bytes == [1, 2, 3] && request.source == Self.source)
        #expect(server.isOwn(request.id) && !server.isOwn(StreamID(1)))
        server.reply(request.id, [9, 9])
        #expect(try sent(channel) == [0, 0, 0, 2, 9, 9])
        #expect(!channel.isActive)
        channel.embeddedEventLoop.run()
        #expect(server.gate.streams == 0 && server.lateOrBad == 0)
        server.reply(request.id, [1])
        #expect(try sent(channel) == nil, "once")
    }

    @Test func aRecordComesCutAnyhow() throws {
        let server = server()
        let channel = try connect(server)
        for byte in StreamRecord.framed([7, 8]).readableBytesView {
            try channel.writeInbound(ByteBuffer(bytes: [byte]))
        }
        #expect(requests.all.map(\.bytes) == [[7, 8]])
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    /// Each stream has an answer of its own, in whatever order.
    @Test func manyAtOnce() throws {
        let server = server()
        let channels = try (0..<5).map { try connect(server, from: Self.source.with(port: 40_000 + $0)) }
        for (index, channel) in channels.enumerated() { try channel.writeInbound(StreamRecord.framed([UInt8(index)])) }
        #expect(Set(requests.all.map(\.id)).count == 5)
        for request in requests.all.reversed() { server.reply(request.id, request.bytes) }
        for (index, channel) in channels.enumerated() { #expect(try sent(channel)?.last == UInt8(index)) }
    }

    @Test func aStrangerHasFiveSecondsForItsRequest() throws {
        let server = server()
        let channel = try connect(server)
        try channel.writeInbound(ByteBuffer(bytes: [0, 0, 0]))
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(4_999))
        #expect(channel.isActive)
        try channel.writeInbound(ByteBuffer(bytes: [9]))
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(!channel.isActive, "whatever it has sent meanwhile")
        #expect(server.lateOrBad == 1 && server.gate.streams == 0)
    }

    /// The cluster answers late, or the peer takes nothing.
    @Test func aReplyHasThirtySeconds() throws {
        let server = server()
        let channel = try connect(server)
        channel.embeddedEventLoop.advanceTime(by: .seconds(4))
        try channel.writeInbound(StreamRecord.framed([1]))
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(29_999))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(!channel.isActive)
        #expect(server.lateOrBad == 1 && server.gate.streams == 0)
        server.reply(requests.all[0].id, [1])
        #expect(try sent(channel) == nil, "an answer that comes later goes nowhere")
    }

    /// A length that no record has, and more than a record.
    @Test(arguments: [[0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 1, 7, 7]] as [[UInt8]])
    func whatIsNoRecordEndsTheStream(_ bytes: [UInt8]) throws {
        let server = server()
        let channel = try connect(server)
        try channel.writeInbound(ByteBuffer(bytes: bytes))
        #expect(!channel.isActive && requests.all.isEmpty)
        #expect(server.lateOrBad == 1 && server.gate.streams == 0)
    }

    @Test func bytesAfterTheRequestEndTheStreamToo() throws {
        let server = server()
        let channel = try connect(server)
        try channel.writeInbound(StreamRecord.framed([1]))
        try channel.writeInbound(ByteBuffer(bytes: [1]))
        #expect(!channel.isActive && server.lateOrBad == 1)
        server.reply(requests.all[0].id, [1])
        #expect(try sent(channel) == nil)
    }

    /// The cluster's word: what was sealed with no key of ours, for one.
    @Test func aRequestThatIsRefused() throws {
        let server = server()
        let channel = try connect(server)
        try channel.writeInbound(StreamRecord.framed([1]))
        server.close(requests.all[0].id)
        #expect(!channel.isActive && server.lateOrBad == 1 && server.gate.streams == 0)
        server.close(requests.all[0].id)
        #expect(server.lateOrBad == 1)
    }

    /// Who leaves gives back what it held, at any moment, and the clock that ran for it is silent.
    @Test(arguments: [0, 3, 6, 7])
    func aPeerThatLeaves(after count: Int) throws {
        let server = server()
        let channel = try connect(server)
        if count > 0 { try channel.writeInbound(ByteBuffer(bytes: [0, 0, 0, 3, 1, 2, 3].prefix(count))) }
        channel.close(promise: nil)
        channel.embeddedEventLoop.run()
        #expect(server.gate.streams == 0 && server.lateOrBad == 0)
        channel.embeddedEventLoop.advanceTime(by: .minutes(1))
        #expect(server.lateOrBad == 0)
        _ = try connect(server)
        let fits = server.gate.hold(StreamGate.maximumBytesPerHost, Self.source.host)
        #expect(fits, "nothing of it is held any more")
    }

    /// Records that never end: the host's share of memory is all that they get, and other hosts have theirs.
    @Test func aHostThatHoldsTooMuch() throws {
        let server = server()
        let almost = [0, 0x10, 0, 0] + [UInt8](repeating: 7, count: StreamRecord.maximumLength - 1)
        let channels = try (0..<5).map { _ in try connect(server) }
        for channel in channels { try channel.writeInbound(ByteBuffer(bytes: almost)) }
        #expect(channels.map(\.isActive) == [true, true, true, false, false])
        #expect(server.lateOrBad == 2)
        let other = try connect(server, from: Address("192.0.2.10:1")!)
        try other.writeInbound(ByteBuffer(bytes: almost))
        try other.writeInbound(ByteBuffer(bytes: [8]))
        #expect(requests.all.map(\.bytes.count) == [StreamRecord.maximumLength])
        for channel in channels + [other] { _ = try channel.finish(acceptAlreadyClosed: true) }
        #expect(server.gate.streams == 0)
    }
}

import BeaconBasics
import BeaconCluster
import NIOCore
import NIOPosix
import Testing

@testable import BeaconFleet

/// The client over real sockets.
@Suite(.timeLimit(.minutes(5)))
struct StreamClientTests {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// Answers what comes with some bytes, then closes or not.
    private final class Answerer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let answer: [UInt8]
        private let closes: Bool

        init(_ answer: [UInt8], closes: Bool) {
            self.answer = answer
            self.closes = closes
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            context.writeAndFlush(NIOAny(ByteBuffer(bytes: answer)), promise: nil)
            if closes { context.close(promise: nil) }
        }
    }

    private func listen(_ answer: [UInt8], closes: Bool = false) async throws -> Address {
        let channel = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Answerer(answer, closes: closes))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return channel.localAddress!.address!
    }

    /// What comes of asking, with a client that has only this to do.
    private func ask(_ address: Address, cancels: Bool = false) async throws -> [UInt8]? {
        let loop = group.next()
        let promise = loop.makePromise(of: [UInt8]?.self)
        loop.execute {
            let client = StreamClient(loop: loop)
            client.ask(StreamID(1), address, [1, 2]) { reply in
                _ = client
                promise.succeed(reply)
            }
            if cancels { client.cancel(StreamID(1)) }
        }
        return try await promise.futureResult.get()
    }

    @Test func aQuestionIsAnswered() async throws {
        #expect(try await ask(listen([0, 0, 0, 2, 8, 9])) == [8, 9])
        try await group.shutdownGracefully()
    }

    @Test(
        arguments: [
            ([0, 0, 0, 2, 8], true), ([0, 0], true), ([0, 0, 0, 0], false), ([0xFF, 0, 0, 0], false),
            ([0, 0, 0, 1, 8, 8], false),
        ] as [([UInt8], Bool)])
    func whatIsNoAnswer(_ bytes: [UInt8], _ closes: Bool) async throws {
        #expect(try await ask(listen(bytes, closes: closes)) == nil)
        try await group.shutdownGracefully()
    }

    @Test func nobodyIsThere() async throws {
        let address = try await listen([])
        // Bound by the listener's own port on another loopback address: nobody listens there.
        #expect(try await ask(Address(host: "127.0.0.77", port: address.port)!) == nil)
        try await group.shutdownGracefully()
    }

    /// Before the connection is there: it is ended as soon as it is.
    @Test func aQuestionThatIsCalledOff() async throws {
        #expect(try await ask(listen([0, 0, 0, 1, 8]), cancels: true) == nil)
        try await group.shutdownGracefully()
    }

    /// Too many at once are refused, each with its answer; when they have ended there is room again.
    @Test func thereAreSoManyAtOnce() async throws {
        let address = try await listen([0, 0, 0, 1, 8])
        let loop = group.next()
        let count = StreamClient.maximumStreams + 3
        let promises = (0..<count).map { _ in loop.makePromise(of: [UInt8]?.self) }
        let refused = loop.makePromise(of: UInt64.self)
        let again = loop.makePromise(of: [UInt8]?.self)
        loop.execute {
            let client = StreamClient(loop: loop)
            for (index, promise) in promises.enumerated() {
                client.ask(StreamID(UInt64(index)), address, [1]) { promise.succeed($0) }
            }
            refused.succeed(client.refused)
            let bound = NIOLoopBound(client, eventLoop: loop)
            EventLoopFuture.andAllComplete(promises.map(\.futureResult), on: loop).whenComplete { _ in
                bound.value.ask(StreamID(9_999), address, [1]) { again.succeed($0) }
            }
        }
        var answered = 0
        for promise in promises where try await promise.futureResult.get() == [8] { answered += 1 }
        #expect(try await refused.futureResult.get() == 3)
        #expect(answered == StreamClient.maximumStreams)
        #expect(try await again.futureResult.get() == [8])
        try await group.shutdownGracefully()
    }
}

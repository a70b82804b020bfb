import BeaconBasics
import Glibc
import NIOCore
import NIOPosix
import Testing

@testable import BeaconFleet

/// The client over real sockets.
@Suite(.timeLimit(.minutes(1)))
struct RegistryClientTests {
    /// A registry that answers each message with the next of its replies.
    private final class Registry: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private var replies: [[UInt8]]

        init(_ replies: [[UInt8]]) { self.replies = replies }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard !replies.isEmpty else { return context.close(promise: nil) }
            context.writeAndFlush(NIOAny(ByteBuffer(bytes: replies.removeFirst())), promise: nil)
        }

        static func listen(_ replies: [[UInt8]], on group: any EventLoopGroup) async throws -> HostPort {
            let channel = try await ServerBootstrap(group: group)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Registry(replies))
                    }
                }
                .bind(host: "127.0.0.1", port: 0).get()
            return HostPort("127.0.0.1:\(channel.localAddress!.port!)")!
        }
    }

    private func settings(_ registry: HostPort) -> RegistryClientSettings {
        RegistryClientSettings(
            registry: registry, identity: RegistryIdentity(beaconID: 7), announcement: .connection(port: 9_001))
    }

    /// The first round's report, and the beacons of its list if it has one.
    private func firstRound(_ registry: HostPort) async -> (RegistryReport, RegistryBeacons?) {
        let (reports, report) = AsyncStream.makeStream(of: RegistryReport.self)
        let (lists, list) = AsyncStream.makeStream(of: RegistryBeacons.self)
        let client = RegistryClient.start(
            settings(registry), onRound: { report.yield($0) }, onBeacons: { list.yield($0) })
        defer {
            client.stop()
            client.stop()
        }
        let first = await reports.first { _ in true }!
        return (first, first.beacons == nil ? nil : await lists.first { _ in true })
    }

    @Test func aRoundRightAfterTheStart() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let list = framed(
            #"{"beacons":[{"id":9,"addr":"192.0.2.9:9001"},{"id":10,"addr":"localhost:9001"},"#
                + #"{"id":11,"addr":"no-such-host.invalid:9001"}]}"#)
        let registry = try await Registry.listen([framed("{}"), list], on: group)
        let (report, beacons) = await firstRound(registry)
        #expect(report.result == .ok)
        #expect(report.announcedAs == "127.0.0.1:9001")
        #expect(beacons?.addresses.first == Address("192.0.2.9:9001"))
        #expect(beacons?.addresses.last?.isLoopback == true)
        #expect(beacons?.unresolved == [HostPort("no-such-host.invalid:9001")!])
        try await group.shutdownGracefully()
    }

    @Test func aRegistryThatHangsUp() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let (report, beacons) = await firstRound(try await Registry.listen([], on: group))
        guard case .unreachable(let reason) = report.result else { return #expect(Bool(false), "\(report)") }
        #expect(reason.hasPrefix("the registry closed the connection, before any answer"))
        #expect(beacons == nil)
        try await group.shutdownGracefully()
    }

    @Test func nobodyListens() async throws {
        // Bound, so that nobody else gets the port, but not listening.
        let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var name = sockaddr_in6(Address("127.0.0.1:0")!)
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        withUnsafeMutablePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, length)
                getsockname(descriptor, $0, &length)
            }
        }
        let (report, _) = await firstRound(HostPort("127.0.0.1:\(Address(name).port)")!)
        guard case .unreachable(let reason) = report.result else { return #expect(Bool(false), "\(report)") }
        #expect(reason.hasSuffix("Connection refused"))
        #expect(report.announcedAs.isEmpty)
    }

    @Test func aNameWithoutAddress() async {
        let (report, _) = await firstRound(HostPort("no-such-host.invalid:9000")!)
        #expect(report.result == .unreachable("no-such-host.invalid has no address"))
    }

    /// Stopped at any moment, also while it connects: it returns at once and reports nothing more.
    @Test func itStopsWhileItConnects() async throws {
        for _ in 0..<20 {
            let client = RegistryClient.start(
                settings(HostPort("no-such-host.invalid:9000")!),
                onRound: { _ in }, onBeacons: { _ in Issue.record("a list from nowhere") })
            client.stop()
        }
    }
}

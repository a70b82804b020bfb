import BeaconBasics
import NIOCore
import NIOPosix

extension FleetCore {
    /// Datagrams read before others have their turn, and before the timers have theirs.
    private static let datagramsPerRead = 16
    private static let readsPerTurn = 4
    /// More than any datagram of ours; longer ones are cut, and do not open.
    private static let datagramLength = 2_048
    private static let reopenDelay = TimeAmount.seconds(1)

    /// Serves the bound UDP socket, and TCP on the same port.
    func listen(on group: any EventLoopGroup) -> EventLoopFuture<Void> {
        let bound = NIOLoopBound(self, eventLoop: loop)
        return listenTCP(group).flatMap { bound.value.read(group) }
    }

    private func read(_ group: any EventLoopGroup) -> EventLoopFuture<Void> {
        guard let socket else { return loop.makeFailedFuture(ChannelError.alreadyClosed) }
        let bound = NIOLoopBound(self, eventLoop: loop)
        return DatagramBootstrap(group: group)
            .channelOption(.datagramVectorReadMessageCount, value: Self.datagramsPerRead)
            .channelOption(.maxMessagesPerRead, value: UInt(Self.readsPerTurn))
            .channelOption(
                .recvAllocator,
                value: FixedSizeRecvByteBufferAllocator(capacity: Self.datagramsPerRead * Self.datagramLength)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ControlReceiver(bound.value))
                }
            }
            .withBoundSocket(socket.descriptor)
            .map { channel in
                let core = bound.value
                core.udp = channel
                channel.closeFuture.whenComplete { _ in bound.value.lost(group) }
            }
    }

    private func lost(_ group: any EventLoopGroup) {
        socket = nil
        udp = nil
        guard !isClosed else { return }
        tell(.socketLost("UDP \(listen)"))
        settle()
        reopen(group)
    }

    private func reopen(_ group: any EventLoopGroup) {
        loop.assumeIsolated().scheduleTask(in: Self.reopenDelay) { [self] in
            guard !isClosed else { return }
            socket = try? ControlSocket.bind(listen, receiveBuffer: settings.socketBuffer)
            guard socket != nil else { return reopen(group) }
            let bound = NIOLoopBound(self, eventLoop: loop)
            // The descriptor is NIO's by then.
            read(group).whenFailure { _ in
                bound.value.socket = nil
                bound.value.reopen(group)
            }
        }
    }

    /// accept(2) fails for reasons that are not its own, a firewall's for one, and NIO then closes the listener.
    private func lostListener(_ group: any EventLoopGroup) {
        tcp = nil
        guard !isClosed else { return }
        tell(.socketLost("TCP \(listen)"))
        settle()
        relisten(group)
    }

    private func relisten(_ group: any EventLoopGroup) {
        loop.assumeIsolated().scheduleTask(in: Self.reopenDelay) { [self] in
            guard !isClosed else { return }
            let bound = NIOLoopBound(self, eventLoop: loop)
            listenTCP(group).whenFailure { _ in bound.value.relisten(group) }
        }
    }

    private func listenTCP(_ group: any EventLoopGroup) -> EventLoopFuture<Void> {
        guard let socket, let address = SocketAddress(listenAddress(socket), dualStack: socket.isIPv6) else {
            return loop.makeFailedFuture(ChannelError.alreadyClosed)
        }
        let bound = NIOLoopBound(self, eventLoop: loop)
        return ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 128)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            // One small read per turn: nobody's flood keeps the loop from the others.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 16 * 1_024))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try bound.value.admit(channel) }
            }
            .bind(to: address)
            .map { channel in
                bound.value.tcp = channel
                channel.closeFuture.whenComplete { _ in bound.value.lostListener(group) }
            }
    }

    /// What a socket of IPv4 alone, on a host without IPv6, is bound to.
    private func listenAddress(_ socket: ControlSocket) -> Address {
        socket.isIPv6 || !listen.isUnspecified ? listen : Address(ipv4: 0, port: listen.port)
    }

    private func admit(_ channel: any Channel) throws {
        guard let source = channel.remoteAddress?.address, server.gate.enter(source.host) else { throw StreamRefused() }
        try channel.pipeline.syncOperations.addHandler(StreamConnection(server, from: source))
    }

    /// Gives the sockets back.
    func close() {
        isClosed = true
        timer?.cancel()
        tcp?.close(promise: nil)
        if let udp {
            udp.close(promise: nil)
        } else {
            socket?.close()
        }
        socket = nil
    }
}

private struct StreamRefused: Error {}

/// Hands datagrams to the core.
private final class ControlReceiver: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let core: FleetCore

    init(_ core: FleetCore) { self.core = core }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        if let source = envelope.remoteAddress.address { core.receive(envelope.data, from: source) }
    }

    /// Of one datagram; the channel says for itself whether it is the end.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}

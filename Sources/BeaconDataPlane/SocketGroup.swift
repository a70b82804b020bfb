import BeaconBasics
import Glibc

/// The sockets of all shards, bound before any thread starts: one address and port, SO_REUSEPORT, so that the kernel
/// spreads flows over them and keeps each flow on one.
struct SocketGroup: ~Copyable {
    let listen: ListenAddress
    private let sockets: [Taken]

    /// A bound socket on its way to the thread that will own it.
    struct Taken: Sendable {
        var socket: SocketHandle
        var isWildcard: Bool
        var receiveBuffer: Int
        var sendBuffer: Int
    }

    init(_ settings: DataPlaneSettings) throws(SystemError) {
        if let adopted = settings.adopted {
            listen = adopted.listen
            sockets = Self.adopt(adopted, settings)
            return
        }
        try Self.checkIsFree(settings.listen)
        let first = try Self.open(settings.listen, reusePort: true, buffer: settings.socketBuffer)
        var sockets = [first]
        var listen = settings.listen
        do {
            listen = listen.with(port: try Self.port(of: first))
            for _ in 1..<max(1, settings.shards) {
                sockets.append(try Self.open(listen, reusePort: true, buffer: settings.socketBuffer))
            }
        } catch {
            for taken in sockets { Glibc.close(taken.socket.descriptor) }
            throw error
        }
        self.listen = listen
        self.sockets = sockets
    }

    /// Sockets that another process has bound.
    private static func adopt(_ adopted: AdoptedSockets, _ settings: DataPlaneSettings) -> [Taken] {
        adopted.descriptors.map { descriptor in
            let handle = SocketHandle(descriptor: descriptor, isIPv6: adopted.listen.isIPv6)
            let socket = UDPSocket(adopting: handle, isWildcard: adopted.listen.address.isUnspecified)
            let buffers = socket.setBuffers(settings.socketBuffer)
            let isWildcard = socket.isWildcard
            return Taken(
                socket: socket.release(), isWildcard: isWildcard, receiveBuffer: buffers.receive,
                sendBuffer: buffers.send)
        }
    }

    /// SO_REUSEPORT lets a second beacon of the same user bind the port, and the kernel would then give each half of the
    /// flows. A socket without the option finds out.
    private static func checkIsFree(_ listen: ListenAddress) throws(SystemError) {
        if listen.address.port != 0 { _ = try UDPSocket(bind: listen, reusePort: false) }
    }

    static func open(_ listen: ListenAddress, reusePort: Bool, buffer: Int) throws(SystemError) -> Taken {
        let socket = try UDPSocket(bind: listen, reusePort: reusePort)
        let buffers = socket.setBuffers(buffer)
        let isWildcard = socket.isWildcard
        return Taken(
            socket: socket.release(), isWildcard: isWildcard, receiveBuffer: buffers.receive, sendBuffer: buffers.send)
    }

    private static func port(of taken: Taken) throws(SystemError) -> UInt16 {
        try UDPSocket.boundPort(taken.socket.descriptor)
    }

    var count: Int { sockets.count }
    var mainSocket: SocketHandle { sockets[0].socket }
    var grantedReceiveBuffer: Int { sockets.map(\.receiveBuffer).min() ?? 0 }
    var grantedSendBuffer: Int { sockets.map(\.sendBuffer).min() ?? 0 }

    /// Closes the sockets that found no owner.
    func close(from index: Int) {
        for taken in sockets[index...] { Glibc.close(taken.socket.descriptor) }
    }

    /// Hands a socket to its owner-to-be.
    func take(_ index: Int) -> Taken { sockets[index] }
}

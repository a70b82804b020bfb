import BeaconBasics
import CLinux
import Glibc

/// UDP sockets connected to one server, so that the kernel passes only its datagrams on and says when it is not there.
struct SocketGroup: ~Copyable {
    let server: Address
    let descriptors: [CInt]
    /// The smallest kernel buffer that a socket of the group was granted for receiving, in bytes.
    let receiveBuffer: Int

    /// Bytes asked for each socket's two kernel buffers.
    static let wantedBuffer = 4 << 20

    init(_ count: Int, to server: Address) throws(LoadError) {
        raiseDescriptorLimit()
        var descriptors: [CInt] = []
        var buffer = Int.max
        do throws(LoadError) {
            for _ in 0..<count {
                let descriptor = try Self.connected(to: server)
                descriptors.append(descriptor)
                _ = linux_set_buffer(descriptor, false, CInt(Self.wantedBuffer))
                buffer = min(buffer, Int(linux_set_buffer(descriptor, true, CInt(Self.wantedBuffer))))
            }
        } catch {
            for descriptor in descriptors { close(descriptor) }
            throw error
        }
        self.server = server
        self.descriptors = descriptors
        receiveBuffer = buffer
    }

    deinit { for descriptor in descriptors { close(descriptor) } }

    private static func connected(to server: Address) throws(LoadError) -> CInt {
        let type = CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(server.isIPv4 ? AF_INET : AF_INET6, type, 0)
        guard descriptor >= 0 else {
            throw .system(call: "socket", errno: errno, hint: errno == EMFILE ? " (raise `ulimit -n`)" : "")
        }
        guard withSocketAddress(server, { connect(descriptor, $0, $1) }) == 0 else {
            let result = -errno
            close(descriptor)
            throw LoadError("connect", result, to: server)
        }
        return descriptor
    }

    var count: Int { descriptors.count }

    /// Sends one datagram; false if the kernel has no room for it now.
    func send(_ index: Int, _ bytes: UnsafeRawBufferPointer) throws(LoadError) -> Bool {
        if Glibc.send(descriptors[index], bytes.baseAddress, bytes.count, 0) >= 0 { return true }
        if errno == EAGAIN || errno == ENOBUFS || errno == EINTR { return false }
        throw LoadError("send", -errno, to: server)
    }

    /// Receives one datagram into `buffer`; its length, or nil if none waits.
    func receive(_ index: Int, into buffer: UnsafeMutableRawBufferPointer) throws(LoadError) -> Int? {
        let length = recv(descriptors[index], buffer.baseAddress, buffer.count, 0)
        if length >= 0 { return length }
        if errno == EAGAIN || errno == EINTR { return nil }
        throw LoadError("receive", -errno, to: server)
    }

    /// The address the server should see; nil if it is not this host's loopback, where a NAT may be in between.
    func knownAddress(_ index: Int) -> Address? {
        server.isLoopback ? Address(localOf: descriptors[index]) : nil
    }
}

/// Thousands of sockets need more than the usual soft limit of 1,024 descriptors; the hard limit is ours to use.
private func raiseDescriptorLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < limit.rlim_max else {
        return
    }
    limit.rlim_cur = limit.rlim_max
    _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}

import CLinux
import Glibc

/// One end of the UNIX socket over which a hand-over goes: packets with descriptors beside them, and a deadline for each.
final class HandoverConnection: Sendable {
    let descriptor: Int32

    /// Owns the descriptor.
    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        setTimeout(SO_SNDTIMEO, seconds: 5)
    }

    deinit { close(descriptor) }

    /// False if the other end does not take it.
    func send(_ message: HandoverMessage, descriptors: [Int32] = []) -> Bool {
        let bytes = message.encoded
        return linux_send_descriptors(descriptor, bytes, bytes.count, descriptors, Int32(descriptors.count)) == 0
    }

    /// What comes next, and the descriptors beside it, which are the caller's to close.
    func receive(within seconds: Int) -> (HandoverOffer.Input, descriptors: [Int32]) {
        setTimeout(SO_RCVTIMEO, seconds: seconds)
        var bytes = [UInt8](repeating: 0, count: HandoverMessage.maximumLength)
        var descriptors = [Int32](repeating: -1, count: Int(LINUX_MOST_DESCRIPTORS))
        var count = Int32(descriptors.count)
        let length = linux_receive_descriptors(descriptor, &bytes, bytes.count, &descriptors, &count)
        let came = Array(descriptors.prefix(Int(count)))
        if length == -Int(EAGAIN) { return (.silence, came) }
        if length == -Int(EMSGSIZE) { return (.fault(.malformed), came) }
        guard length > 0 else { return (.closed, came) }
        do {
            return (.message(try HandoverMessage.decode(bytes[..<length])), came)
        } catch {
            return (.fault(error), came)
        }
    }

    private func setTimeout(_ option: Int32, seconds: Int) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Whoever may not send us signals may not take our sockets either: only our own user and root.
    var isTrusted: Bool {
        var user: UInt32 = .max
        var process: Int32 = 0
        guard linux_peer_credentials(descriptor, &user, &process) == 0 else { return false }
        return user == 0 || user == geteuid()
    }
}

/// Why a hand-over does not begin, for an operator.
struct HandoverError: Error, Equatable, CustomStringConvertible {
    let description: String
}

import Glibc

/// Why a snapshot could not be written or read, as a sentence for the operator.
public struct SnapshotError: Error, Equatable, CustomStringConvertible {
    public let description: String

    public init(_ sentence: String) { description = sentence }

    /// A system call has failed with the present errno.
    init(errno action: String) {
        let code = errno
        description = "\(action): \(String(cString: strerror(code)))"
    }
}

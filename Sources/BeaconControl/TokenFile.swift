import Glibc

/// The file that `beacon --admin-token-file` reads, too.
public enum TokenFile {
    public struct Failure: Error, Equatable, CustomStringConvertible {
        public let description: String
    }

    private static let longest = 4_096

    /// The token, without the blanks around it.
    public static func read(_ path: String) throws(Failure) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, String(cString: strerror(errno)).lowercased()) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: longest + 1)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw failure(path, String(cString: strerror(errno)).lowercased()) }
        guard let token = token(in: bytes.prefix(count)) else {
            throw failure(path, "it must hold one token of visible ASCII characters")
        }
        return token
    }

    /// Visible ASCII only: the token has to fit into a header (RFC 6750 §2.1).
    static func token(in bytes: ArraySlice<UInt8>) -> String? {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        var text = bytes.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        guard !text.isEmpty, text.count <= longest, text.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        return String(decoding: text, as: UTF8.self)
    }

    private static func failure(_ path: String, _ reason: String) -> Failure {
        Failure(description: "cannot use the token file \(path): \(reason)")
    }
}

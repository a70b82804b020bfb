import BeaconBasics
import BeaconCrypto
import FoundationEssentials

/// The file that holds a fleet's keys: one a line, 64 hex digits or base64 of 32 bytes; `#` begins a comment. The first
/// key seals, all open.
enum FleetKeyFile {
    private static let limit = 16_384

    static let howToMake = "make one with: (umask 077; openssl rand -hex 32 > fleet.key)"

    /// - Throws: a sentence that begins with the file's name, and the line where there is one.
    static func read(_ path: String) throws(InvalidValue) -> KeyRing {
        let file: SmallFile
        do {
            file = try SmallFile.read(path, limit: limit)
        } catch {
            throw InvalidValue("\(path) \(error.description); \(howToMake)")
        }
        if let problem = exposure(file, readBy: SmallFile.user) { throw InvalidValue("\(path) \(problem)") }
        return try ring(in: String(decoding: file.bytes, as: UTF8.self), path: path)
    }

    /// A key that others can read is no secret, and one that they can write is theirs. Its own group may read a file
    /// that belongs to root and is read by somebody else: so do service managers hand out secrets
    /// (`chown root:beacon`, `chmod 640`).
    static func exposure(_ file: SmallFile, readBy user: UInt32) -> String? {
        let isHandedOut = file.owner == 0 && user != 0
        let forbidden: UInt32 = isHandedOut ? 0o027 : 0o077
        guard file.mode & forbidden != 0 else { return nil }
        return "is open to other users of this machine: chmod \(isHandedOut ? "640" : "600") it"
    }

    static func ring(in text: String, path: String) throws(InvalidValue) -> KeyRing {
        var secrets: [[UInt8]] = []
        var lines: [Int] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let word = trimmed(line.prefix { $0 != "#" }, \.isWhitespace)
            if word.isEmpty { continue }
            let place = "\(path):\(index + 1):"
            guard let secret = secret(word) else {
                throw InvalidValue("\(place) not 64 hex digits, nor base64 of 32 bytes; \(howToMake)")
            }
            guard secret.contains(where: { $0 != 0 }) else {
                throw InvalidValue("\(place) a key of zeros is none; \(howToMake)")
            }
            if let twin = secrets.firstIndex(of: secret) {
                throw InvalidValue("\(place) the same key as in line \(lines[twin])")
            }
            secrets.append(secret)
            lines.append(index + 1)
        }
        guard let first = lines.first else { throw InvalidValue("\(path) holds no key; \(howToMake)") }
        guard let ring = KeyRing(secrets) else {
            throw InvalidValue(
                "\(path):\(first): \(secrets.count) keys, but a ring has \(KeyRing.maximumKeys) at most: drop old ones")
        }
        return ring
    }

    private static func secret(_ word: String) -> [UInt8]? {
        if word.utf8.count == 2 * KeyRing.keyLength { return bytes(hex: word) }
        return base64(word).flatMap { $0.count == KeyRing.keyLength ? $0 : nil }
    }

    /// RFC 4648 §4, padded or not.
    private static func base64(_ word: String) -> [UInt8]? {
        let missing = (4 - word.utf8.count % 4) % 4
        guard missing == 0 || !word.hasSuffix("=") else { return nil }
        let padding = String(repeating: "=", count: missing)
        return Data(base64Encoded: word + padding).map { [UInt8]($0) }
    }
}

extension FleetKeyFile {
    private static let note = "# Keys of the fleet, written by beacon: the first seals, all open.\n"

    static func text(of ring: KeyRing) -> String {
        ring.secrets.reduce(note) { $0 + hexText($1) + "\n" }
    }

    /// Replaces the file by one with this ring: a reader, or a host that loses power, finds the old keys or the new.
    static func write(_ ring: KeyRing, to path: String) throws(SmallFile.Failure) {
        try SmallFile.replace(path, with: Array(text(of: ring).utf8))
    }
}

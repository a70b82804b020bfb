import BeaconBasics
import Crypto
import FoundationEssentials

/// SHA-256 of a certificate's DER bytes: what
/// `openssl x509 -noout -fingerprint -sha256` prints.
public struct CertificateFingerprint: Hashable, Sendable, CustomStringConvertible {
    static let length = 32

    private let digest: [UInt8]

    /// - Parameter der: a whole certificate.
    public init(of der: [UInt8]) { digest = Array(SHA256.hash(data: der)) }

    /// 64 hex digits of either case, a colon after each pair of them or none at all; nil for anything else.
    public init?(_ text: String) {
        let pairs = text.split(separator: ":", omittingEmptySubsequences: false)
        guard pairs.count == 1 || pairs.count == Self.length && pairs.allSatisfy({ $0.utf8.count == 2 }),
            let digest = bytes(hex: pairs.joined()), digest.count == Self.length
        else { return nil }
        self.digest = digest
    }

    /// 64 lower-case digits.
    public var description: String { hexText(digest) }
}

public import BeaconCrypto
import BeaconBasics
import NIOCore
import NIOSSL

/// How the registry is spoken with.
public enum RegistrySecurity: Equatable, Sendable {
    /// As it is in the field: plain TCP.
    case plain
    /// TLS. The certificate must be good for the registry's host name or IP, by the CAs that this host trusts.
    case verified
    /// TLS. The certificate is this one: whoever signed it, whatever it says, even when it has expired.
    case pinned(CertificateFingerprint)
}

/// The TLS side of one connection to the registry. Nothing is sent on it before the registry has proven that it holds
/// the key of a certificate that is good.
final class RegistryTLS {
    /// How long the registry may take to confirm the end of a connection.
    private static let shutdownLimit = TimeAmount.milliseconds(500)

    let handler: NIOSSLClientHandler
    private let security: RegistrySecurity
    private let host: HostPort
    private let pinned: Pinned?

    /// nil for plain TCP.
    ///
    /// Made anew for each connection: so the host's CAs are those of today, and no memory is held for them in between.
    ///
    /// - Parameter roots: the CAs to trust.
    /// - Throws: if those cannot be read.
    init?(_ security: RegistrySecurity, to host: HostPort, roots: NIOSSLTrustRoots) throws {
        guard security != .plain else { return nil }
        self.security = security
        self.host = host
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.shutdownTimeout = Self.shutdownLimit
        configuration.trustRoots = roots
        // A literal address has no place in SNI (RFC 6066 §3); it is compared with the certificate's own all the same.
        let name = host.address == nil ? host.host : nil
        guard case .pinned(let wanted) = security else {
            pinned = nil
            handler = try NIOSSLClientHandler(
                context: NIOSSLContext(configuration: configuration), serverHostname: name)
            return
        }
        configuration.trustRoots = .certificates([])
        configuration.certificateVerification = .noHostnameVerification
        let pinned = Pinned(wanted)
        self.pinned = pinned
        handler = try NIOSSLClientHandler(
            context: NIOSSLContext(configuration: configuration), serverHostname: name,
            customVerificationCallback: { chain, verdict in
                verdict.succeed(pinned.isMet(by: chain.first) ? .certificateVerified : .failed)
            })
    }

    /// The certificate that is wanted, and the one that came.
    private final class Pinned {
        let wanted: CertificateFingerprint
        private(set) var shown: CertificateFingerprint?

        init(_ wanted: CertificateFingerprint) { self.wanted = wanted }

        func isMet(by leaf: NIOSSLCertificate?) -> Bool {
            shown = leaf.flatMap(CertificateFingerprint.init)
            return shown == wanted
        }
    }

    /// What the registry showed, good or not; nil if it has shown nothing.
    var shown: CertificateFingerprint? {
        pinned?.shown ?? handler.peerCertificate.flatMap(CertificateFingerprint.init)
    }
}

// What went wrong, for an operator.
extension RegistryTLS {
    /// Whether it is no error but the end of the connection, which comes as such too.
    func isEnd(_ error: any Error) -> Bool { error as? NIOSSLError == .uncleanShutdown }

    /// nil if the error is none of TLS.
    func result(_ error: any Error) -> RegistryResult? {
        switch error {
        case NIOSSLError.handshakeFailed(.sslError(let stack)) where stack.contains(.eofDuringHandshake):
            .unreachable("it ended the connection in the TLS handshake: does it speak plain TCP?")
        case NIOSSLError.handshakeFailed(let error): handshakeFailed(Self.reason(error))
        case let error as NIOSSLExtraError
        where error == .failedToValidateHostname || error == .serverHostnameImpossibleToMatch:
            .untrusted(
                "its certificate is for another host than \(host.host): name it as the certificate does\(advice)")
        case let error as BoringSSLError: .unreachable("TLS failed: \(Self.reason(error))")
        default: nil
        }
    }

    private func handshakeFailed(_ reason: String) -> RegistryResult {
        if let pinned, let shown = pinned.shown, shown != pinned.wanted {
            return .untrusted(
                """
                its certificate is \(shown), and --registry-fingerprint wants \(pinned.wanted): \
                either it has a new one, or this is not the registry
                """)
        }
        return switch reason {
        case "CERTIFICATE_VERIFY_FAILED":
            .untrusted("its certificate is of no CA that this host trusts, or not valid today\(advice)")
        case "WRONG_VERSION_NUMBER": .invalid("it does not answer in TLS: does it speak plain TCP?")
        default: .unreachable("the TLS handshake failed: \(reason)")
        }
    }

    private var advice: String { shown.map { ", or set --registry-fingerprint \($0) if that is the registry's" } ?? "" }

    /// `WRONG_VERSION_NUMBER` of `error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER at …`.
    private static func reason(_ error: BoringSSLError) -> String {
        guard case .sslError(let stack) = error, let first = stack.first else { return "\(error)" }
        let words = "\(first)".split(separator: ":")
        guard let mark = words.firstIndex(of: "OPENSSL_internal"), mark + 1 < words.endIndex else { return "\(first)" }
        return String(words[mark + 1].prefix { $0 != " " })
    }
}

extension CertificateFingerprint {
    fileprivate init?(_ certificate: NIOSSLCertificate) {
        guard let der = try? certificate.toDERBytes() else { return nil }
        self.init(of: der)
    }
}

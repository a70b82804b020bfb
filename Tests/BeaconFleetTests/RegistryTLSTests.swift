import BeaconBasics
import BeaconCrypto
import NIOCore
import NIOPosix
import NIOSSL
import Testing

@testable import BeaconFleet

/// Rounds with a registry that has a certificate, over real sockets.
@Suite(.timeLimit(.minutes(5)))
struct RegistryTLSTests {
    typealias Identity = (certificate: String, key: String, fingerprint: String)

    private static let known: Identity = TestCertificates.known
    private static let expired: Identity = TestCertificates.expired

    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let heard = Heard()

    /// Answers a whole round, and keeps what it was sent.
    private final class Registry: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let heard: Heard

        init(_ heard: Heard) { self.heard = heard }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            heard.bytes.withLock { $0 += unwrapInboundIn(data).readableBytesView }
            let replies = framed("{}") + framed(#"{"beacons":[{"id":9,"addr":"192.0.2.9:9001"}]}"#)
            context.writeAndFlush(NIOAny(ByteBuffer(bytes: replies)), promise: nil)
        }
    }

    private final class Heard: Sendable {
        let bytes = Guarded([UInt8]())
    }

    /// - Parameter identity: nil for plain TCP.
    private func listen(as identity: Identity?, on host: String = "127.0.0.1") async throws -> UInt16 {
        var context: NIOSSLContext?
        if let identity {
            let certificate = try NIOSSLCertificate(bytes: Array(identity.certificate.utf8), format: .pem)
            let key = try NIOSSLPrivateKey(bytes: Array(identity.key.utf8), format: .pem)
            context = try NIOSSLContext(
                configuration: .makeServerConfiguration(
                    certificateChain: [.certificate(certificate)], privateKey: .privateKey(key)))
        }
        let channel = try await ServerBootstrap(group: group)
            .childChannelInitializer { [context, heard] channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    }
                    try channel.pipeline.syncOperations.addHandler(Registry(heard))
                }
            }
            .bind(host: host, port: 0).get()
        return UInt16(channel.localAddress!.port!)
    }

    private func round(_ security: RegistrySecurity, host: String = "127.0.0.1", port: UInt16) async throws
        -> RegistryReport
    {
        let certificate = try NIOSSLCertificate(bytes: Array(TestCertificates.authority.utf8), format: .pem)
        var settings = RegistryClientSettings(
            registry: HostPort("\(host):\(port)")!, identity: RegistryIdentity(beaconID: 7, adminToken: "s3cret"),
            announcement: .connection(port: 9_001), security: security)
        settings.roots = .certificates([certificate])
        let (reports, report) = AsyncStream.makeStream(of: RegistryReport.self)
        let client = RegistryClient.start(settings, onRound: { report.yield($0) }, onBeacons: { _ in })
        defer { client.stop() }
        return await reports.first { _ in true }!
    }

    private static func pin(_ identity: Identity) -> RegistrySecurity {
        .pinned(CertificateFingerprint(identity.fingerprint)!)
    }

    /// The host's name and address are those of the certificate; of a pinned one only the fingerprint counts.
    @Test(arguments: [
        (RegistrySecurity.verified, "127.0.0.1", known), (.verified, "localhost", known),
        (pin(known), "127.0.0.1", known), (pin(expired), "localhost", expired),
    ])
    func aCertificateThatIsGood(_ security: RegistrySecurity, _ host: String, _ identity: Identity) async throws {
        let report = try await round(security, host: host, port: listen(as: identity))
        #expect(report.result == .ok)
        #expect(report.beacons == [HostPort("192.0.2.9:9001")!])
        #expect(report.certificate?.description == identity.fingerprint)
        #expect(String(decoding: heard.bytes.withLock { $0 }, as: UTF8.self).contains("s3cret"))
        try await group.shutdownGracefully()
    }

    /// With what the operator should be told; the fingerprint is in each.
    @Test(arguments: [
        (pin(known), "127.0.0.1", expired, "--registry-fingerprint wants \(known.fingerprint)"),
        (.verified, "127.0.0.1", expired, "not valid today, or set --registry-fingerprint"),
        (.verified, "127.0.0.2", known, "for another host than 127.0.0.2"),
    ])
    func aCertificateThatIsRefused(
        _ security: RegistrySecurity, _ host: String, _ identity: Identity, _ words: String
    ) async throws {
        let report = try await round(security, host: host, port: listen(as: identity, on: host))
        guard case .untrusted(let reason) = report.result else { return #expect(Bool(false), "\(report)") }
        #expect(reason.contains(words) && reason.contains(identity.fingerprint))
        #expect(report.beacons == nil, "what was known before stays")
        #expect(report.certificate?.description == identity.fingerprint)
        #expect(heard.bytes.withLock { $0.isEmpty }, "not a word before the certificate is good")
        try await group.shutdownGracefully()
    }

    /// It leaves at what looks like the length of a message that nobody would send.
    @Test(arguments: [RegistrySecurity.verified, pin(known)])
    func aRegistryThatSpeaksPlainTCP(_ security: RegistrySecurity) async throws {
        let report = try await round(security, port: listen(as: nil))
        #expect(report.result == .invalid("it does not answer in TLS: does it speak plain TCP?"))
        #expect(report.certificate == nil)
        try await group.shutdownGracefully()
    }

    @Test func aRegistryThatSpeaksTLSUnasked() async throws {
        let report = try await round(.plain, port: listen(as: Self.known))
        #expect("\(report.result)".contains("--registry-tls"), "\(report.result)")
        #expect(report.certificate == nil)
        try await group.shutdownGracefully()
    }

    @Test func plainTCPHasNoTLS() throws {
        #expect(try RegistryTLS(.plain, to: HostPort("127.0.0.1:1")!, roots: .default) == nil)
    }

    /// An unreadable file of roots is an error of the round, not of the process.
    @Test func rootsThatCannotBeRead() throws {
        #expect(throws: (any Error).self) {
            try RegistryTLS(.verified, to: HostPort("127.0.0.1:1")!, roots: .file("/nonexistent/roots.pem"))
        }
        let pinned = Self.pin(Self.known)
        #expect(
            try RegistryTLS(pinned, to: HostPort("127.0.0.1:1")!, roots: .file("/nonexistent/roots.pem")) != nil,
            "a pin needs none")
    }
}

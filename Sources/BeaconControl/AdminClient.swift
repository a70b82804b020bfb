public import BeaconBasics
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks the admin server, one connection a request.
public struct AdminClient: Sendable {
    public let address: AdminAddress
    private let token: String?

    /// No answer of the admin server is so long, event streams aside.
    public static let longestAnswer = 64 << 20
    private static let connectTime = TimeAmount.seconds(5)

    public init(_ address: AdminAddress, token: String?) {
        self.address = address
        self.token = token
    }

    /// The whole answer, whatever its status.
    ///
    /// - Parameter patience: how long the server may say nothing; everything but a snapshot comes at once.
    public func ask(
        _ method: AdminMethod, _ target: String, accept: String = "application/json",
        patience: Delay = .seconds(10)
    ) async throws(AdminError) -> AdminAnswer {
        var answer = AdminAnswer()
        try await read(method, target, accept: accept, patience: patience) { part in
            switch part {
            case .head(let status): answer.status = status
            case .body(let bytes): answer.body += bytes
            }
            return answer.body.count <= Self.longestAnswer
        }
        guard answer.body.count <= Self.longestAnswer else { throw .notABeacon(reason: "an answer without end") }
        return answer
    }

    /// The answer piece by piece as it comes. `take` says whether to go on. Returns at the answer's end, which for a stream
    /// is that of the connection.
    public func read(
        _ method: AdminMethod, _ target: String, accept: String = "application/json", patience: Delay,
        _ take: (AdminPart) -> Bool
    ) async throws(AdminError) {
        let channel = try await connect(patience)
        do {
            try await channel.executeThenClose { inbound, outbound in
                // A server may answer and close before it has all of the request; the answer counts then.
                try? await outbound.write(contentsOf: [.head(head(method, target, accept)), .end(nil)])
                try await Self.deliver(inbound, to: take)
            }
        } catch let error as AdminError {
            throw error
        } catch {
            throw Self.meaning(of: error)
        }
    }

    private static func deliver(
        _ inbound: NIOAsyncChannelInboundStream<HTTPClientResponsePart>, to take: (AdminPart) -> Bool
    ) async throws {
        for try await part in inbound {
            switch part {
            case .head(let head): guard take(.head(status: Int(head.status.code))) else { return }
            case .body(let bytes): guard take(.body(Array(bytes.readableBytesView))) else { return }
            case .end: return
            }
        }
        throw AdminError.broken(reason: "it was closed before the end of the answer")
    }

    private func connect(
        _ patience: Delay
    ) async throws(AdminError) -> NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart> {
        do {
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(Self.connectTime)
                .connect(host: address.host, port: Int(address.port)) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.addHandler(
                            IdleStateHandler(readTimeout: .nanoseconds(Int64(clamping: patience.nanoseconds))))
                        try pipeline.addHTTPClientHandlers()
                        try pipeline.addHandler(SilenceHandler(patience))
                        return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            throw .unreachable(address, reason: Self.reason(error))
        }
    }

    private func head(_ method: AdminMethod, _ target: String, _ accept: String) -> HTTPRequestHead {
        var fields: HTTPHeaders = ["Host": address.description, "Accept": accept, "Connection": "close"]
        if let token { fields.add(name: "Authorization", value: "Bearer \(token)") }
        if method != .get { fields.add(name: "Content-Length", value: "0") }
        return HTTPRequestHead(
            version: .http1_1, method: .init(rawValue: method.rawValue), uri: target, headers: fields)
    }

    private static func meaning(of error: any Error) -> AdminError {
        if error is HTTPParserError { return .notABeacon(reason: "it does not speak HTTP") }
        return .broken(reason: reason(error))
    }

    /// What the operating system says, without the wrappings.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first { return reason(first.error) }
            return "no such host"
        case let error as IOError: return String(cString: strerror(error.errnoCode)).lowercased()
        case ChannelError.connectTimeout: return "no answer within \(connectTime.nanoseconds / 1_000_000_000) s"
        default: return "\(error)"
        }
    }
}

public enum AdminMethod: String, Sendable { case get = "GET", post = "POST", put = "PUT", delete = "DELETE" }

/// A piece of an answer: its head first, then its body in any number of pieces.
public enum AdminPart: Sendable {
    case head(status: Int)
    case body([UInt8])
}

/// Makes an error of a server that is silent for too long.
private final class SilenceHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart

    private let patience: Delay

    init(_ patience: Delay) { self.patience = patience }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is IdleStateHandler.IdleStateEvent else { return context.fireUserInboundEventTriggered(event) }
        context.fireErrorCaught(AdminError.silent(seconds: Int(patience.inSeconds.rounded())))
        context.close(promise: nil)
    }
}

import BeaconBasics
import BeaconHTTP

/// Who may talk to the admin server, beyond whoever can connect.
///
/// A web page can make its visitor's browser send requests to a loopback address, and by DNS rebinding even under the
/// page's own name. Both are visible: the browser then names a foreign host in Host, or a foreign page in Origin.
struct AccessPolicy: Sendable {
    /// Names that Host may have besides `localhost` and any IP address; in lower case.
    let allowedHosts: Set<String>
    private let token: [UInt8]?

    init(allowedHosts: [String], token: String?) {
        self.allowedHosts = Set(allowedHosts.map { $0.lowercased() }).union(["localhost"])
        self.token = token.map { Array($0.utf8) }
    }

    /// Throws why the request is refused, if it is. `isOpen`: the route needs no token.
    func check(_ request: Request, isOpen: Bool) throws(Refusal) {
        try checkHost(request.authority)
        try checkOrigin(request)
        if !isOpen { try checkToken(request.fields.values("authorization")) }
    }

    /// An IP address cannot be rebound. HTTP/1.0 without Host is no browser.
    private func checkHost(_ authority: Authority?) throws(Refusal) {
        guard let authority else { return }
        let name = authority.host.hasSuffix(".") ? String(authority.host.dropLast()) : authority.host
        guard Address(host: authority.host) != nil || allowedHosts.contains(name) else {
            throw Refusal(.forbidden, "Host is not an IP address, localhost or a name allowed with --admin-hosts")
        }
    }

    /// RFC 6454 §7: a browser sends Origin with every request that can change something. It must be this server's own.
    private func checkOrigin(_ request: Request) throws(Refusal) {
        let origins = request.fields.values("origin")
        guard let origin = origins.first else { return }
        guard origins.count == 1, let authority = request.authority, Self.isSame(origin, authority) else {
            throw Refusal(.forbidden, "Origin is another site")
        }
    }

    private static func isSame(_ origin: String, _ host: Authority) -> Bool {
        for (scheme, defaultPort) in [("http://", UInt16(80)), ("https://", 443)] where origin.hasPrefix(scheme) {
            guard let origin = Authority(String(origin.dropFirst(scheme.count))) else { return false }
            return origin.host == host.host && (origin.port ?? defaultPort) == (host.port ?? defaultPort)
        }
        return false
    }

    /// RFC 6750 §2.1.
    private func checkToken(_ credentials: [String]) throws(Refusal) {
        guard let token else { return }
        guard let value = credentials.first, credentials.count == 1 else {
            throw Refusal(.unauthorized, "send Authorization: Bearer with the token", ("WWW-Authenticate", "Bearer"))
        }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer", Self.isEqual(Array(parts[1].utf8), token) else {
            throw Refusal(.unauthorized, "wrong token", ("WWW-Authenticate", "Bearer error=\"invalid_token\""))
        }
    }

    /// Takes as long for a wrong token as for the right one of the same length, so that it cannot be guessed byte by byte.
    private static func isEqual(_ candidate: [UInt8], _ token: [UInt8]) -> Bool {
        guard candidate.count == token.count else { return false }
        var difference: UInt8 = 0
        for (a, b) in zip(candidate, token) { difference |= a ^ b }
        return difference == 0
    }
}

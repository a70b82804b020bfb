import BeaconBasics

extension Configuration {
    /// What single values cannot show: whether they fit together, and whether the token file is good. Fills
    /// `adminToken` and adds to `warnings`.
    mutating func check() -> [ConfigurationError.Problem] {
        var problems: [ConfigurationError.Problem] = []
        if admin != nil, let path = adminTokenFile {
            do {
                adminToken = try AdminTokenFile.read(path)
            } catch {
                problems.append(
                    .init(place: "admin-token-file", sentence: "\(quoted(path, limit: 200)) \(error.reason)"))
            }
        }
        if let admin, !admin.isLoopback, adminTokenFile == nil {
            problems.append(.init(place: "admin", sentence: openAdminSentence(admin)))
        }
        if let health, health == admin, health.port != 0 {
            problems.append(
                .init(
                    place: "health", sentence: "\(health) is the admin server's address, which serves /healthz itself"))
        }
        problems += checkRegistry() + checkFleet() + checkSnapshots()
        warnings += registryOddities + oddities
        return problems
    }

    private func openAdminSentence(_ address: Address) -> String {
        """
        \(address) is reachable from other machines, which could then read and control this node: \
        name a file with a secret by --admin-token-file, or listen on 127.0.0.1:\(address.port)
        """
    }

    private var oddities: [String] {
        guard strictGossip, peers.isEmpty, registry == nil else { return [] }
        return ["strict-gossip without peers or a registry: every sync will be dropped"]
    }
}

/// The file that holds the bearer token of the admin server.
enum AdminTokenFile {
    /// Characters that a token must have.
    static let minimumLength = 16
    private static let limit = 4_096

    static func read(_ path: String) throws(InvalidValue) -> Secret {
        let file: SmallFile
        do {
            file = try SmallFile.read(path, limit: limit)
        } catch {
            throw InvalidValue(error.description)
        }
        guard !file.isReadableByOthers else { throw InvalidValue("can be read by every user: chmod o-r it") }
        return try token(in: file.bytes)
    }

    /// The content without blanks around it. Visible ASCII only: the token has to fit into a header (RFC 6750 §2.1).
    static func token(in bytes: [UInt8]) throws(InvalidValue) -> Secret {
        let text = trimmed(String(decoding: bytes, as: UTF8.self)[...], \.isWhitespace)
        guard !text.isEmpty else { throw InvalidValue("is empty") }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw InvalidValue("must hold one token of visible ASCII characters")
        }
        guard text.utf8.count >= minimumLength else {
            throw InvalidValue("holds fewer than \(minimumLength) characters: use for example openssl rand -hex 32")
        }
        return Secret(text)
    }
}

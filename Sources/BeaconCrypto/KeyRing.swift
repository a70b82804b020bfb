/// The fleet's keys: the first seals, all open.
///
/// A key is a secret of 32 bytes that every beacon of the fleet has. Nothing is ever sealed with the secret itself:
/// `FleetKey` derives what is (one key per process and fleet key, one for mesh frames).
public struct KeyRing: Sendable, Equatable {
    /// 32 bytes each; 1 … 8 of them, no two the same.
    public var secrets: [[UInt8]] { keys.map(\.secret) }
    /// In the ring's order: the first seals.
    let keys: [FleetKey]

    public static let keyLength = 32
    public static let maximumKeys = 8

    /// nil unless every secret has 32 bytes, there are 1 … 8, and no two are the same.
    public init?(_ secrets: [[UInt8]]) {
        guard (1...Self.maximumKeys).contains(secrets.count), secrets.allSatisfy({ $0.count == Self.keyLength }) else {
            return nil
        }
        for (index, secret) in secrets.enumerated() where secrets[..<index].contains(secret) { return nil }
        keys = secrets.map { FleetKey($0) }
    }

    private init(keys: [FleetKey]) { self.keys = keys }

    /// A ring that anybody knows: for fleets without a key (`--fleet-insecure`, loopback), so that one code path runs.
    public static let insecure = KeyRing([[UInt8](repeating: 0, count: 32)])!

    /// The mesh authenticator's key of each secret (SipHash: two words), with the id that frames name it by; first seals.
    /// Of a fleet with another label they are others: it is a stranger already to hellos. The label counts as in `Seal`.
    public func meshKeys(label: String) -> [MeshKey] {
        let label = Array(label.utf8.prefix(Seal.maximumLabel))
        return keys.map { $0.meshKey(label: label) }
    }

    /// The ids by which headers name the keys, in the ring's order. Two keys may share one (1 in 65,536).
    public var keyIDs: [UInt16] { keys.map(\.id) }

    /// Of the key that seals. No allocation.
    public var sealingKeyID: UInt16 { keys[0].id }

    /// Whether a header may name one of ours. No allocation.
    func hasKey(_ id: UInt16) -> Bool {
        // By index: iterators allocate in debug builds, where the tests count.
        for index in keys.indices where keys[index].id == id { return true }
        return false
    }

    public static func == (a: KeyRing, b: KeyRing) -> Bool { a.secrets == b.secrets }
}

extension KeyRing {
    public func contains(_ secret: [UInt8]) -> Bool { keys.contains { $0.secret == secret } }

    /// The id that `secret` has in headers; nil if it is not a key.
    public static func keyID(of secret: [UInt8]) -> UInt16? {
        secret.count == keyLength ? FleetKey(secret).id : nil
    }

    /// The ring with `secret` as one that opens; in a full ring the last key makes room. nil if it is not a key.
    public func opening(_ secret: [UInt8]) -> KeyRing? {
        guard secret.count == Self.keyLength else { return nil }
        if contains(secret) { return self }
        let kept = keys.prefix(Self.maximumKeys - 1)
        return KeyRing(keys: [kept[0], FleetKey(secret)] + kept.dropFirst())
    }

    /// The ring with `secret` as the one that seals; the others still open. nil if it is not a key.
    public func sealing(_ secret: [UInt8]) -> KeyRing? {
        guard secret.count == Self.keyLength else { return nil }
        let rest = keys.filter { $0.secret != secret }.prefix(Self.maximumKeys - 1)
        return KeyRing(keys: [FleetKey(secret)] + rest)
    }
}

/// What mesh frames and hellos are authenticated with: derived from a fleet key, never the key itself.
public struct MeshKey: Hashable, BitwiseCopyable, Sendable {
    public var id: UInt16
    public var k0: UInt64
    public var k1: UInt64

    public init(id: UInt16, k0: UInt64, k1: UInt64) {
        self.id = id
        self.k0 = k0
        self.k1 = k1
    }
}

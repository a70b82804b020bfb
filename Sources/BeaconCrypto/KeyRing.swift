/// The fleet's keys: the first seals, all open (skeleton).
public struct KeyRing: Sendable, Equatable {
    /// 32 bytes each; 1 … 8 of them.
    public private(set) var secrets: [[UInt8]]

    public static let keyLength = 32
    public static let maximumKeys = 8

    /// nil unless every secret has 32 bytes, there are 1 … 8, and no two are the same.
    public init?(_ secrets: [[UInt8]]) {
        guard (1...Self.maximumKeys).contains(secrets.count), secrets.allSatisfy({ $0.count == Self.keyLength }) else {
            return nil
        }
        self.secrets = secrets
    }

    /// A ring that anybody knows: for fleets without a key (`--fleet-insecure`, loopback), so that one code path runs.
    public static let insecure = KeyRing([[UInt8](repeating: 0, count: 32)])!

    /// The mesh authenticator's key of each secret (SipHash: two words), with the id that frames name it by; first seals.
    public var meshKeys: [MeshKey] { [] }
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

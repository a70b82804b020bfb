import Crypto

/// One secret of the ring and what is derived from it, each by HMAC-SHA256 under a label of its own, so that no use
/// tells anything of another (the one-block case of HKDF-Expand, RFC 5869 §2.3: the secret is uniform already).
struct FleetKey: Sendable {
    let secret: [UInt8]
    /// What headers name the key by: not secret, and not of one kind for sure.
    let id: UInt16
    /// What tells keys of one id apart, here alone.
    let tag: UInt64
    private let prk: SymmetricKey

    init(_ secret: [UInt8]) {
        self.secret = secret
        prk = SymmetricKey(data: secret)
        let name = Self.derive(prk, "beacon key id")
        id = UInt16(name[0]) << 8 | UInt16(name[1])
        tag = Self.word(name[2..<10])
    }

    /// What mesh frames and hellos of the fleet with this label are authenticated with.
    func meshKey(label: [UInt8]) -> MeshKey {
        let words = Self.derive(prk, "beacon mesh", label)
        return MeshKey(id: id, k0: Self.word(words[0..<8]), k1: Self.word(words[8..<16]))
    }

    /// What records of the fleet with this label are checked with before they are opened.
    func doorKey(label: [UInt8]) -> DoorKey {
        let words = Self.derive(prk, "beacon door", label)
        return DoorKey(k0: Self.word(words[0..<8]), k1: Self.word(words[8..<16]))
    }

    /// What a process seals with: a restart has another session, or at least another salt, so that no nonce is used
    /// twice under one key whatever the clocks do.
    func sessionKey(of origin: SealOrigin) -> SymmetricKey {
        var context: [UInt8] = []
        context.reserveCapacity(64)
        origin.append(to: &context)
        return SymmetricKey(data: Self.derive(prk, "beacon session", context))
    }

    private static func derive(_ key: SymmetricKey, _ label: String, _ context: [UInt8] = []) -> [UInt8] {
        let text = Array(label.utf8) + [0] + context + [1]
        return HMAC<SHA256>.authenticationCode(for: text, using: key).withUnsafeBytes { Array($0) }
    }

    private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
}

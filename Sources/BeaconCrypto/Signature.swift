import Crypto
import FoundationEssentials

/// Ed25519 (RFC 8032), as punch grants use it.
public enum Signature {
    /// Whether `signature` (64 bytes) over `text` was made with the secret of `key` (32 bytes). Anything that is not a
    /// key or not a signature is not valid.
    public static func isValid(key: [UInt8], text: [UInt8], signature: [UInt8]) -> Bool {
        guard key.count == 32, signature.count == 64,
            let publicKey = try? Curve25519.Signing.PublicKey(rawRepresentation: key)
        else { return false }
        return publicKey.isValidSignature(signature, for: text)
    }
}

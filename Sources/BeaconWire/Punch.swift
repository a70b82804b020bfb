public import BeaconBasics

/// 03 PunchRequest, node → beacon (protocol.md §1.4, §5).
///
/// | offset | size | field |
/// | --- | --- | --- |
/// | 0 | 1 | 03 |
/// | 1 | 4 | requester |
/// | 5 | 4 | target |
/// | 9 | 8 | grant: expiry, signed, Unix seconds |
/// | 17 | 64 | grant: Ed25519 signature by the target |
///
/// The grant is optional unless the beacon asks for one. Bytes behind it are ignored.
public struct PunchRequest: BitwiseCopyable, Sendable {
    public static let minimumLength = 9
    public static let grantOffset = 9
    public static let grantLength = 72
    public static let signatureOffset = 17
    public static let signatureLength = 64

    public var requester: NodeID
    public var target: NodeID
    /// The grant's expiry; nil if fewer than 72 bytes follow the ids.
    public var grantExpiry: Int64?

    @inlinable
    public init?(_ bytes: RawSpan) {
        guard bytes.byteCount >= Self.minimumLength else { return nil }
        requester = NodeID(bytes.uint32(at: 1))
        target = NodeID(bytes.uint32(at: 5))
        let granted = bytes.byteCount >= Self.grantOffset + Self.grantLength
        grantExpiry = granted ? Int64(bitPattern: bytes.uint64(at: Self.grantOffset)) : nil
    }

    /// The ASCII text that the target signed.
    public static func grantText(requester: NodeID, target: NodeID, expiry: Int64) -> String {
        "punch-grant:\(requester):\(target):\(expiry)"
    }
}

/// A target's leave for one requester to be punched at it (protocol.md §5), as it came: only the target's beacon knows
/// the key to check it by.
public struct PunchGrant: Equatable, Sendable {
    /// Unix seconds.
    public var expiry: Int64
    /// Ed25519, 64 bytes.
    public var signature: [UInt8]

    public init(expiry: Int64, signature: [UInt8]) {
        self.expiry = expiry
        self.signature = signature
    }

    /// The grant of a request that was read from `bytes`; nil if it carries none.
    public init?(_ request: PunchRequest, _ bytes: RawSpan) {
        guard let expiry = request.grantExpiry else { return nil }
        let start = PunchRequest.signatureOffset
        self.init(
            expiry: expiry, signature: (start..<start + PunchRequest.signatureLength).map { bytes.uint8(at: $0) })
    }
}

/// `PILP`, the four bytes a daemon sends to the address in a PunchCommand (protocol.md §9.6). A command that names the
/// beacon itself makes it a sign of life.
public enum ProofOfLife {
    public static let length = 4
    public static let magic: UInt32 = 0x5049_4C50

    @inlinable
    public static func matches(_ bytes: RawSpan) -> Bool { bytes.byteCount == length && bytes.uint32(at: 0) == magic }
}

public import BeaconBasics

/// 0B Hello, beacon ↔ beacon on the data port: "is there a beacon of my fleet, and where is its control plane?". A
/// reference beacon does not know the type and stays silent.
///
/// | offset | size | field |
/// | --- | --- | --- |
/// | 0 | 1 | 0B |
/// | 1 | 1 | version, 1 |
/// | 2 | 1 | kind: 1 ask, 2 answer |
/// | 3 | 1 | 0 |
/// | 4 | 4 | beacon id |
/// | 8 | 6 | session |
/// | 14 | 2 | control port |
/// | 16 | 16 | control address; IPv4 as ::ffff:a.b.c.d |
/// | 32 | 8 | nonce: chosen by who asks, echoed by who answers |
/// | 40 | 2 | key id |
/// | 42 | 8 | MAC: SipHash-2-4 over bytes 0 … 41 |
///
/// Both kinds have one length, so that nobody gets more out of a beacon than was sent to it. Bytes behind are ignored.
public struct Hello: Hashable, BitwiseCopyable, Sendable {
    public static let length = 50
    public static let version: UInt8 = 1
    private static let macOffset = 42

    public enum Kind: UInt8, CaseIterable, BitwiseCopyable, Sendable {
        case ask = 1
        case answer = 2
    }

    public var kind: Kind
    public var beacon: BeaconID
    public var session: SessionID
    /// Where the sender's control plane listens. An unspecified address means: where this datagram came from.
    public var control: Address
    public var nonce: UInt64
    /// Which of the fleet's keys the MAC is by. An ask's is set by who seals it.
    public var keyID: UInt16

    public init(
        kind: Kind, beacon: BeaconID, session: SessionID, control: Address, nonce: UInt64, keyID: UInt16 = 0
    ) {
        self.kind = kind
        self.beacon = beacon
        self.session = session
        self.control = control
        self.nonce = nonce
        self.keyID = keyID
    }

    /// Why a datagram is no hello.
    public enum Fault: Error { case runt, malformed }

    /// Checks the form, not the MAC. The type byte has been read by the caller.
    public init(_ bytes: RawSpan) throws(Fault) {
        guard bytes.byteCount >= Self.length else { throw .runt }
        guard bytes.uint8(at: 1) == Self.version, let kind = Kind(rawValue: bytes.uint8(at: 2)) else {
            throw .malformed
        }
        let session = UInt64(bytes.uint32(at: 8)) << 16 | UInt64(bytes.uint16(at: 12))
        self.init(
            kind: kind, beacon: BeaconID(bytes.uint32(at: 4)), session: SessionID(session),
            control: Address(high: bytes.uint64(at: 16), low: bytes.uint64(at: 24), port: bytes.uint16(at: 14)),
            nonce: bytes.uint64(at: 32), keyID: bytes.uint16(at: 40))
    }

    /// Whether the MAC is by this key. `bytes` has at least `length` of them.
    public static func isAuthentic(_ bytes: RawSpan, k0: UInt64, k1: UInt64) -> Bool {
        SipHash.hash(bytes.extracting(0..<macOffset), k0: k0, k1: k1) == bytes.uint64(at: macOffset)
    }

    /// Writes the message, sealed by the key of `keyID`; returns its length. `out` has room for `length` bytes.
    public func write(k0: UInt64, k1: UInt64, into out: inout MutableRawSpan) -> Int {
        out.put8(MessageType.hello, at: 0)
        out.put8(Self.version, at: 1)
        out.put8(kind.rawValue, at: 2)
        out.put8(0, at: 3)
        out.put32(beacon.rawValue, at: 4)
        out.put32(UInt32(truncatingIfNeeded: session.rawValue >> 16), at: 8)
        out.put16(UInt16(truncatingIfNeeded: session.rawValue), at: 12)
        out.put16(control.port, at: 14)
        out.put64(control.high, at: 16)
        out.put64(control.low, at: 24)
        out.put64(nonce, at: 32)
        out.put16(keyID, at: 40)
        let mac = SipHash.hash(out.bytes.extracting(0..<Self.macOffset), k0: k0, k1: k1)
        out.put64(mac, at: Self.macOffset)
        return Self.length
    }

    /// The answer to this ask: its nonce, under the key that the asker is known to have.
    public func answered(by beacon: BeaconID, session: SessionID, control: Address) -> Hello {
        Hello(kind: .answer, beacon: beacon, session: session, control: control, nonce: nonce, keyID: keyID)
    }
}

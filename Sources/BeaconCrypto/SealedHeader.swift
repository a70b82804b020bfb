public import BeaconBasics

/// Who sealed: a beacon, one life of its process, and a number that this life has drawn. Under each fleet key the
/// three name one key of their own.
public struct SealOrigin: Hashable, BitwiseCopyable, Sendable {
    public var sender: BeaconID
    public var session: SessionID
    /// Random: keeps two processes apart whose clocks gave them one session.
    public var salt: UInt32

    public init(sender: BeaconID, session: SessionID, salt: UInt32) {
        self.sender = sender
        self.session = session
        self.salt = salt
    }

    /// Whether datagrams of this origin end those of `other`: a later session, or (two hosts that use one id) the
    /// higher salt of one session, so that everybody takes the same side.
    public func supersedes(_ other: SealOrigin) -> Bool {
        session != other.session ? session > other.session : salt > other.salt
    }

    func append(to bytes: inout [UInt8]) {
        bytes.append(big: UInt64(sender.rawValue), width: 4)
        bytes.append(big: session.rawValue, width: 6)
        bytes.append(big: UInt64(salt), width: 4)
    }
}

/// What a sealed record is for. Each has a nonce space of its own: a record opens as nothing but what it was made as.
public enum SealKind: UInt8, CaseIterable, BitwiseCopyable, Sendable {
    case datagram = 0
    case streamRequest = 1
    /// Bound to the header of its request: it answers no other.
    case streamReply = 2
}

/// The clear part of every control datagram and stream record; all of it is authenticated.
///
/// | offset | size | field |
/// | --- | --- | --- |
/// | 0 | 1 | magic: `0xB0`, bit 0: sealed for one recipient; bits 1-2: kind; bit 3: reserved for signed records |
/// | 1 | 1 | version, 2 |
/// | 2 | 2 | key id |
/// | 4 | 4 | sender's beacon id |
/// | 8 | 6 | sender's session |
/// | 14 | 4 | sender's salt |
/// | 18 | 6 | counter |
///
/// Behind it are the sealed text, the seal's tag (16 bytes), and the tag of the `DoorKey` (8 bytes) over all of them.
///
/// The nonce (12 bytes) is kind(1), counter(6), recipient's beacon id(4, 0 if unknown), 0. The recipient is not sent: a
/// record for one beacon does not open at another. Counters rise per recipient.
public struct SealedHeader: Hashable, BitwiseCopyable, Sendable {
    public var kind: SealKind
    /// Only the beacon it is meant for can open it. A contact whose id is not known yet gets it open to all.
    public var isAddressed: Bool
    public var keyID: UInt16
    public var origin: SealOrigin
    public var counter: UInt64

    public static let length = 24
    public static let tagLength = 16
    /// Around the messages.
    public static let overhead = length + tagLength + DoorKey.tagLength
    public static let version: UInt8 = 2
    static let magic: UInt8 = 0xB0
    static let maximumCounter: UInt64 = 0xFFFF_FFFF_FFFF

    public enum Failure: Error { case runt, unknownMagic, otherVersion }

    public init(kind: SealKind, isAddressed: Bool, keyID: UInt16, origin: SealOrigin, counter: UInt64) {
        self.kind = kind
        self.isAddressed = isAddressed
        self.keyID = keyID
        self.origin = origin
        self.counter = counter
    }

    /// Reads the header of a record. No allocation.
    public static func parse(_ record: RawSpan) -> Result<SealedHeader, Failure> {
        guard record.byteCount >= overhead else { return .failure(.runt) }
        let first = record.big(0, 1)
        guard first & 0xF8 == UInt64(magic), let kind = SealKind(rawValue: UInt8(first >> 1 & 3)) else {
            return .failure(.unknownMagic)
        }
        guard record.big(1, 1) == UInt64(version) else { return .failure(.otherVersion) }
        let origin = SealOrigin(
            sender: BeaconID(UInt32(record.big(4, 4))), session: SessionID(record.big(8, 6)),
            salt: UInt32(record.big(14, 4)))
        return .success(
            SealedHeader(
                kind: kind, isAddressed: first & 1 != 0, keyID: UInt16(record.big(2, 2)), origin: origin,
                counter: record.big(18, 6)))
    }

    /// Appends the 24 bytes.
    public func append(to bytes: inout [UInt8]) {
        bytes.append(Self.magic | kind.rawValue << 1 | (isAddressed ? 1 : 0))
        bytes.append(Self.version)
        bytes.append(big: UInt64(keyID), width: 2)
        origin.append(to: &bytes)
        bytes.append(big: counter, width: 6)
    }

    func nonce(recipient: BeaconID) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(12)
        bytes.append(kind.rawValue)
        bytes.append(big: counter, width: 6)
        bytes.append(big: isAddressed ? UInt64(recipient.rawValue) : 0, width: 4)
        bytes.append(0)
        return bytes
    }
}

extension [UInt8] {
    mutating func append(big value: UInt64, width: Int) {
        for shift in (0..<width).reversed() { append(UInt8(truncatingIfNeeded: value >> UInt64(shift * 8))) }
    }
}

extension RawSpan {
    /// A number of `width` bytes; the caller has checked that they are there.
    func big(_ offset: Int, _ width: Int) -> UInt64 {
        var value: UInt64 = 0
        for position in offset..<offset + width {
            value = value << 8 | UInt64(unsafeLoad(fromByteOffset: position, as: UInt8.self))
        }
        return value
    }
}

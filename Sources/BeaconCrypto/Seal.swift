public import BeaconBasics
import Crypto
import FoundationEssentials

/// Our half of the sealing: the ring, who we are, and the keys that follow from both.
///
/// AES-256-GCM: of swift-crypto's two AEADs the faster one through its API (200 bytes, one core of the test machine:
/// seal 1.33 against 1.59 µs, open 1.05 against 1.20 µs; 1,200 bytes: open 1.14 against 1.95 µs). Its nonce is a counter
/// under a key that no other process has, so it never repeats. The associated data is the header and the fleet's label.
public struct Seal: Sendable {
    public private(set) var ring: KeyRing
    public private(set) var origin: SealOrigin
    let label: [UInt8]
    /// Of `ring.keys`, in their order.
    private var sessionKeys: [SymmetricKey]
    private var doorKeys: [DoorKey]

    public static let maximumLabel = 64

    /// Of a longer label the first 64 bytes of UTF-8 count.
    public init(ring: KeyRing, origin: SealOrigin, label: String) {
        self.ring = ring
        self.origin = origin
        let label = Array(label.utf8.prefix(Self.maximumLabel))
        self.label = label
        sessionKeys = ring.keys.map { $0.sessionKey(of: origin) }
        doorKeys = ring.keys.map { $0.doorKey(label: label) }
    }

    public mutating func use(_ ring: KeyRing) {
        self.ring = ring
        sessionKeys = ring.keys.map { $0.sessionKey(of: origin) }
        doorKeys = ring.keys.map { $0.doorKey(label: label) }
    }

    /// Our session was raised.
    public mutating func use(session: SessionID) {
        origin.session = session
        sessionKeys = ring.keys.map { $0.sessionKey(of: origin) }
    }

    /// A record of `text`.
    ///
    /// - Parameters:
    ///   - counter: Never used before with this kind and recipient.
    ///   - recipient: The one beacon that can open it; nil if it is not known who listens there.
    ///   - keyID: Another key of the ring than the first, for a peer that has not got that yet.
    ///   - request: Of a stream's reply: the header of what it answers.
    public func seal(
        _ text: [UInt8], as kind: SealKind, counter: UInt64, for recipient: BeaconID?, keyID: UInt16? = nil,
        answering request: SealedHeader? = nil
    ) -> [UInt8] {
        precondition(counter <= SealedHeader.maximumCounter, "the counter has run out")
        let position = keyID.flatMap { ring.keyIDs.firstIndex(of: $0) } ?? 0
        let header = SealedHeader(
            kind: kind, isAddressed: recipient != nil, keyID: ring.keys[position].id, origin: origin, counter: counter)
        var out: [UInt8] = []
        out.reserveCapacity(SealedHeader.overhead + text.count)
        header.append(to: &out)
        guard
            let nonce = try? AES.GCM.Nonce(data: header.nonce(recipient: recipient ?? BeaconID(0))),
            let box = try? AES.GCM.seal(
                text, using: sessionKeys[position], nonce: nonce, authenticating: associatedData(header, request)),
            let combined = box.combined
        else { preconditionFailure("sealing fails for no input of ours") }
        combined.withUnsafeBytes { out.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[12...])) }
        let tag = doorKeys[position].tag(out.span.bytes, for: recipient ?? BeaconID(0))
        out.append(big: tag, width: DoorKey.tagLength)
        return out
    }

    /// Whether whoever made the record has the key at this position of the ring, and meant it for us and our fleet; to be
    /// asked before `open`. Allocates nothing.
    func passesDoor(_ record: RawSpan, _ header: SealedHeader, key position: Int) -> Bool {
        let end = record.byteCount - DoorKey.tagLength
        let recipient = header.isAddressed ? origin.sender : BeaconID(0)
        return doorKeys[position].tag(record.extracting(0..<end), for: recipient) == record.big(end, DoorKey.tagLength)
    }

    /// The text of a record of `origin`'s, or nil: another key, recipient, label or kind, or not as it was sealed.
    /// Allocates as much as the record is long.
    func open(
        _ record: RawSpan, _ header: SealedHeader, under key: SymmetricKey, answering request: SealedHeader?
    ) -> [UInt8]? {
        var combined = header.nonce(recipient: origin.sender)
        let sealed = record.extracting(SealedHeader.length..<record.byteCount - DoorKey.tagLength)
        combined.reserveCapacity(12 + sealed.byteCount)
        sealed.withUnsafeBytes { combined.append(contentsOf: $0) }
        guard let box = try? AES.GCM.SealedBox(combined: combined),
            let text = try? AES.GCM.open(box, using: key, authenticating: associatedData(header, request))
        else { return nil }
        return [UInt8](text)
    }

    private func associatedData(_ header: SealedHeader, _ request: SealedHeader?) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(2 * SealedHeader.length + label.count)
        header.append(to: &bytes)
        request?.append(to: &bytes)
        bytes.append(contentsOf: label)
        return bytes
    }
}

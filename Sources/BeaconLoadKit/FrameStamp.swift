public import BeaconBasics

/// What a relay frame's payload opens with: enough to know the frame again, and to see any change of it.
///
///     0        4          12        20      24
///     | dest   | sequence | sent at | check | filler … |
///
/// The payload is opaque to the beacon and read only by the process that wrote it, so numbers are in host order. The
/// check covers the stamp and the sender under a key of this run; the filler is compared byte for byte.
public struct FrameStamp: Hashable, BitwiseCopyable, Sendable {
    /// Bytes of a stamp: the smallest payload of a load.
    public static let size = 24

    /// Index of the destination, from 0.
    public var destination: UInt32
    /// Number within the flow, from 0.
    public var sequence: UInt64
    /// When the frame was handed to the kernel.
    public var sentAt: Moment

    public init(destination: UInt32, sequence: UInt64, sentAt: Moment) {
        self.destination = destination
        self.sequence = sequence
        self.sentAt = sentAt
    }

    /// Writes the stamp's `size` bytes at `offset`, where the payload begins.
    public func write(to frame: inout MutableRawSpan, offset: Int, sender: UInt32, key: KeyedHash) {
        frame.storeBytes(of: destination, toByteOffset: offset, as: UInt32.self)
        frame.storeBytes(of: sequence, toByteOffset: offset + 4, as: UInt64.self)
        frame.storeBytes(of: sentAt.nanoseconds, toByteOffset: offset + 12, as: UInt64.self)
        frame.storeBytes(of: check(sender, key), toByteOffset: offset + 20, as: UInt32.self)
    }

    /// Reads a stamp; nil if the payload is too short or is not what `write` wrote for this sender.
    public init?(_ payload: RawSpan, sender: UInt32, key: KeyedHash) {
        guard payload.byteCount >= Self.size else { return nil }
        destination = payload.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt32.self)
        sequence = payload.unsafeLoadUnaligned(fromByteOffset: 4, as: UInt64.self)
        sentAt = Moment(nanoseconds: payload.unsafeLoadUnaligned(fromByteOffset: 12, as: UInt64.self))
        guard payload.unsafeLoadUnaligned(fromByteOffset: 20, as: UInt32.self) == check(sender, key) else { return nil }
    }

    private func check(_ sender: UInt32, _ key: KeyedHash) -> UInt32 {
        let ids = UInt64(sender) << 32 | UInt64(destination)
        return UInt32(truncatingIfNeeded: key(ids ^ key(sequence ^ key(sentAt.nanoseconds))))
    }
}

/// The bytes after the stamp, the same in every frame of a run: random, so that no shifted or mixed-up payload fits.
public func filler(bytes count: Int, seed: UInt64) -> [UInt8] {
    var dice = SeededRandom(seed: seed)
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
}

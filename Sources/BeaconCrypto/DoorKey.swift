import BeaconBasics

/// The cheap lock in front of the seal: a 64-bit authenticator (SipHash-2-4) of a whole record and its recipient, under a
/// key of the fleet. Without it whoever has seen one header could have the beacon derive keys and try seals, in memory
/// that the library allocates, for every datagram that he makes up; with it he is refused after one pass over the bytes, as
/// WireGuard's first MAC does it (Donenfeld 2017, §5.4.4). What the record says is protected by the seal alone.
struct DoorKey: BitwiseCopyable, Sendable {
    /// Behind the record, big-endian.
    static let tagLength = 8

    let k0: UInt64
    let k1: UInt64

    /// - Parameter record: Header and sealed text.
    func tag(_ record: RawSpan, for recipient: BeaconID) -> UInt64 {
        var hash = SipHash(k0: k0, k1: k1)
        hash.combine(UInt64(recipient.rawValue))
        return hash.finalize(record)
    }
}

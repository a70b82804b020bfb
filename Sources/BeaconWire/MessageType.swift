/// The first byte of every datagram on the data port (protocol.md §1.1).
///
/// All types are below 0x10: the daemons' own tunnel magics begin with `P` (0x50), and 00 is left to STUN for ever
/// (RFC 7983 §7).
public enum MessageType {
    public static let stun: UInt8 = 0x00
    public static let discover: UInt8 = 0x01
    public static let discoverReply: UInt8 = 0x02
    public static let punchRequest: UInt8 = 0x03
    public static let punchCommand: UInt8 = 0x04
    public static let relay: UInt8 = 0x05
    public static let relayDeliver: UInt8 = 0x06
    public static let sync: UInt8 = 0x07
    public static let discoverEx: UInt8 = 0x08
    public static let relayDeliverDestination: UInt8 = 0x09
    public static let notify: UInt8 = 0x0A
    public static let hello: UInt8 = 0x0B
    public static let mesh: UInt8 = 0x0C
    /// `P`: the tunnel magics. Only `PILP` means something to a beacon.
    public static let magic: UInt8 = 0x50
}

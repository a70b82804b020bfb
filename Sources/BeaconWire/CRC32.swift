/// CRC-32 as in ISO 3309 and ITU-T V.42 (reflected, polynomial EDB88320): what STUN's FINGERPRINT is made of.
enum CRC32 {
    static func checksum(_ bytes: RawSpan) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        for index in 0..<bytes.byteCount {
            crc ^= UInt32(bytes.uint8(at: index))
            // Bit by bit: a STUN request is tens of bytes, and only those with a FINGERPRINT get here.
            for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        return ~crc
    }
}

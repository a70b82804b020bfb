public import BeaconBasics

extension STUN {
    /// Writes the answer to a request that `parse` found to be a Binding request; returns its length.
    ///
    /// Success carries XOR-MAPPED-ADDRESS alone (32 bytes, 44 for IPv6), so that the beacon is a poor reflector;
    /// FINGERPRINT is added only if the request had one. `out` has room for `maximumReplyLength`.
    public static func writeReply(
        to request: RawSpan, fingerprint: Bool, unknown: UnknownAttributes, source: Address,
        into out: inout MutableRawSpan
    ) -> Int {
        out.put16(unknown.count == 0 ? 0x0101 : 0x0111, at: 0)
        out.put32(magicCookie, at: 4)
        for offset in stride(from: 8, to: headerLength, by: 4) {
            out.put32(request.uint32(at: offset), at: offset)
        }
        var length = headerLength
        if unknown.count == 0 {
            length += writeMappedAddress(source, into: &out)
        } else {
            length += writeUnknown(unknown, into: &out)
        }
        out.put16(UInt16(length - headerLength + (fingerprint ? 8 : 0)), at: 2)
        guard fingerprint else { return length }
        let sum = Self.fingerprint(of: out.bytes.extracting(first: length))
        out.put16(Attribute.fingerprint, at: length)
        out.put16(4, at: length + 2)
        out.put32(sum, at: length + 4)
        return length + 8
    }

    /// §14.2: the port XORed with the cookie's first half, the address with cookie and transaction id.
    private static func writeMappedAddress(_ address: Address, into out: inout MutableRawSpan) -> Int {
        let at = headerLength
        out.put16(Attribute.xorMappedAddress, at: at)
        out.put16(address.isIPv4 ? 8 : 20, at: at + 2)
        out.put16(address.isIPv4 ? 0x0001 : 0x0002, at: at + 4)
        out.put16(address.port ^ UInt16(magicCookie >> 16), at: at + 6)
        if address.isIPv4 {
            out.put32(address.ipv4 ^ magicCookie, at: at + 8)
            return 12
        }
        let transaction = out.bytes.uint64(at: 12)
        out.put64(address.high ^ (UInt64(magicCookie) << 32 | UInt64(out.bytes.uint32(at: 8))), at: at + 8)
        out.put64(address.low ^ transaction, at: at + 16)
        return 24
    }

    /// §14.8 and §14.9: error 420 with an empty reason, and the types that were not understood.
    private static func writeUnknown(_ unknown: UnknownAttributes, into out: inout MutableRawSpan) -> Int {
        var at = headerLength
        out.put16(Attribute.errorCode, at: at)
        out.put16(4, at: at + 2)
        out.put32(4 << 8 | 20, at: at + 4)
        at += 8
        out.put16(Attribute.unknownAttributes, at: at)
        out.put16(UInt16(2 * unknown.count), at: at + 2)
        for index in 0..<unknown.count {
            out.put16(unknown[index], at: at + 4 + 2 * index)
        }
        // Padding is written, never left over from an earlier reply.
        if unknown.count % 2 == 1 { out.put16(0, at: at + 4 + 2 * unknown.count) }
        return at + 4 + (unknown.count + 1) / 2 * 4 - headerLength
    }
}

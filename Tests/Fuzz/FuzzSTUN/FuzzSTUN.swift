import BeaconBasics
import BeaconWire

/// libFuzzer's entry: the input is one datagram. Whatever it is, it is classified; if it is answered, the answer is
/// STUN, of its transaction, and hardly larger.
@c(LLVMFuzzerTestOneInput)
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let input = UnsafeRawBufferPointer(start: data, count: data == nil ? 0 : size)
    let request = RawSpan(_unsafeBytes: input)
    _ = STUN.isResponse(request)
    guard case .binding(let fingerprint, let unknown) = STUN.parse(request) else { return 0 }
    for source in [
        Address(ipv4: 0xC000_0201, port: 32_853),
        Address(high: 0x2001_0db8_1234_5678, low: 0x0011_2233_4455_6677, port: 1),
    ] {
        withUnsafeTemporaryAllocation(byteCount: STUN.maximumReplyLength, alignment: 8) { memory in
            var out = MutableRawSpan(_unsafeBytes: memory)
            let length = STUN.writeReply(
                to: request, fingerprint: fingerprint, unknown: unknown, source: source, into: &out)
            check(out.bytes.extracting(first: length), request, fingerprint)
        }
    }
    return 0
}

private func check(_ reply: RawSpan, _ request: RawSpan, _ fingerprint: Bool) {
    precondition(STUN.isResponse(reply), "cookie and length")
    precondition(reply.byteCount <= request.byteCount + 24 + (fingerprint ? 8 : 0), "a reflector")
    for offset in stride(from: 4, to: STUN.headerLength, by: 4) {
        precondition(reply.uint32(at: offset) == request.uint32(at: offset), "another transaction")
    }
    precondition(STUN.parse(reply) == .ignored, "an answer that would be answered")
    guard fingerprint else { return }
    let at = reply.byteCount - 8
    precondition(reply.uint32(at: at + 4) == STUN.fingerprint(of: reply.extracting(first: at)))
}

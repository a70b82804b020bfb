import BeaconBasics
import BeaconWire

extension RelayShard {
    /// RFC 8489 Binding on the daemons' port: the first byte tells it from everything else.
    mutating func stun(_ bytes: RawSpan, from sender: Endpoint, reply: inout MutableRawSpan) -> Verdict {
        switch STUN.parse(bytes) {
        case .malformed:
            return .drop(.stunMalformed)
        case .ignored:
            return .drop(.stunIgnored)
        case .binding(let fingerprint, let unknown):
            if let fault = fault(of: sender) { return .drop(fault) }
            let length = STUN.writeReply(
                to: bytes, fingerprint: fingerprint, unknown: unknown, source: sender.address, into: &reply)
            return .reply(length: length, kind: .stun, outcome: unknown.count == 0 ? .stun : .stunError)
        }
    }
}

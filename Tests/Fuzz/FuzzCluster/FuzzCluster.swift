import BeaconBasics
import BeaconCluster

/// libFuzzer's entry: the input is a script of what happens to one beacon: datagrams and streams, forged ones and such as
/// members of its fleet have sealed (their texts are the input's, so the inner decoders and all that follows are
/// reached), its data plane, its operator, and time.
///
/// | size | field |
/// | --- | --- |
/// | 1 | bits 0-3: `Act`; bits 4-7: its argument (a peer, a node, a step of time) |
/// | 2 | for those with a text: its length, at most what is left |
/// | … | text |
@c(LLVMFuzzerTestOneInput)
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    var script = Script(Array(UnsafeBufferPointer(start: data, count: size)))
    var beacon = FuzzedBeacon()
    while let (act, argument) = script.next() {
        beacon.perform(act, argument, &script)
        beacon.check()
    }
    return 0
}

enum Act: UInt8 {
    case forged, sealed, sealedToAnybody, request, reply, noReply, pass, register, unregister, claim, punch, answer
    case contact, operate, raiseSession, replay
}

struct Script {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> (act: Act, argument: Int)? {
        guard offset < bytes.count else { return nil }
        defer { offset += 1 }
        return Act(rawValue: bytes[offset] & 15).map { ($0, Int(bytes[offset] >> 4)) }
    }

    mutating func text() -> [UInt8] {
        guard offset + 2 <= bytes.count else { return [] }
        let length = min(Int(bytes[offset]) << 8 | Int(bytes[offset + 1]), bytes.count - offset - 2)
        defer { offset += 2 + length }
        return Array(bytes[offset + 2..<offset + 2 + length])
    }
}

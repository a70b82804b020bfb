import BeaconBasics
import BeaconCluster
import BeaconCrypto
import BeaconDirectory
import BeaconMembership
import BeaconWire

/// libFuzzer's entry: the input is the text of an opened datagram, messages of type(1) length(varint) body. Every decoder
/// of the control plane must be total, and what it understands must survive being written and read again.
@c(LLVMFuzzerTestOneInput)
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    header(bytes)
    var reader = ControlReader(bytes)
    while let type = reader.take8() {
        // A length that is not there is taken for "the rest", so that every input reaches some decoder.
        let length = reader.takeVarint().map { Int(min($0, UInt64(reader.remaining))) } ?? reader.remaining
        guard let body = reader.takeReader(length) else { preconditionFailure("a length that was checked") }
        membership(type, body)
        directory(type, body)
        cluster(type, body)
    }
    return 0
}

private func header(_ bytes: [UInt8]) {
    guard case .success(let header) = SealedHeader.parse(bytes.span.bytes) else { return }
    var again: [UInt8] = []
    header.append(to: &again)
    precondition(again == Array(bytes.prefix(SealedHeader.length)), "another header")
}

/// The body of the only message that `write` has written; its type must be `type`.
private func written(_ type: UInt8, _ write: (inout ControlWriter) -> Void) -> ControlReader {
    var writer = ControlWriter()
    write(&writer)
    var reader = ControlReader(writer.bytes)
    precondition(reader.take8() == type, "another type")
    guard let length = reader.takeVarint(), length == UInt64(reader.remaining) else {
        preconditionFailure("another length")
    }
    return reader
}

private func membership(_ type: UInt8, _ body: ControlReader) {
    var first = body
    guard let message = MembershipMessage(type: type, &first) else { return }
    precondition(message.type == type && first.offset >= body.offset)
    var second = written(type) { message.write(&$0) }
    precondition(MembershipMessage(type: type, &second) == message, "\(message)")
}

private func directory(_ type: UInt8, _ body: ControlReader) {
    var first = body
    guard let message = DirectoryMessage(type: type, &first) else { return }
    var second = written(type) { message.write(&$0) }
    precondition(DirectoryMessage(type: type, &second) == message, "\(message)")
}

private func cluster(_ type: UInt8, _ body: ControlReader) {
    let (sender, session) = (BeaconID(7), SessionID(0x0102_0304_0506))
    var first = body
    guard let message = ClusterMessage(type: type, &first, sender: sender, session: session) else { return }
    var second = written(type) { message.write(&$0) }
    precondition(
        ClusterMessage(type: type, &second, sender: sender, session: session) == message, "\(message)")
}

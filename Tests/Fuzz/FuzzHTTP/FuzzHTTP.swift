import BeaconHTTP

/// Reads the input as a stream of requests in three ways: at once, byte by byte, and in pieces whose lengths the input
/// itself chooses. All must agree; a crash or a disagreement is what the fuzzer looks for.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let stream = Array(UnsafeBufferPointer(start: data, count: count))
    let whole = read(stream) { .max }
    precondition(whole == read(stream) { 1 }, "byte by byte")
    var turn = 0
    let cut = read(stream) {
        turn += 1
        return Int(stream[turn % stream.count] & 63) + 1
    }
    precondition(whole == cut, "in pieces")
    answer(whole)
    return 0
}

private struct Reading: Equatable {
    var events: [RequestParser.Event] = []
    var consumed = 0
}

private func read(_ stream: [UInt8], piece: () -> Int) -> Reading {
    var parser = RequestParser()
    var reading = Reading()
    while reading.consumed < stream.count {
        let length = min(piece(), stream.count - reading.consumed)
        var rest = stream[reading.consumed..<(reading.consumed + length)]
        while !rest.isEmpty {
            let (event, consumed) = parser.feed(rest.span)
            precondition(consumed <= rest.count, "took more than there is")
            precondition(event == .needMore ? consumed == rest.count : true, "left bytes while asking for more")
            reading.consumed += consumed
            rest = rest.dropFirst(consumed)
            if event != .needMore { reading.events.append(event) }
            if case .failed = event { return reading }
        }
    }
    return reading
}

/// Whatever a client sent and is sent back in a field stays inside that field.
private func answer(_ reading: Reading) {
    for case .request(let request) in reading.events {
        precondition(request.body.count == request.contentLength ?? 0, "body and length differ")
        _ = Preferences(request.fields.members("accept-encoding")).weight("gzip")
        var response = Response(.ok)
        for field in request.fields.all { response.fields.add("X-Echo", field.value) }
        for segment in request.target.segments { response.fields.add("X-Echo", segment) }
        let bytes = ResponseWriter.bytes(response, persistence: .close, date: 0)
        let lines = bytes.count { $0 == 0x0A }
        precondition(lines == 5 + response.fields.count, "a value has broken out of its line")
    }
}

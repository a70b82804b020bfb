import BeaconHTTP

/// What a parser makes of a whole stream: every event but `needMore`, and how many bytes it took.
struct Reading: Equatable {
    var events: [RequestParser.Event] = []
    var consumed = 0

    var requests: [Request] {
        events.compactMap { if case .request(let request) = $0 { request } else { nil } }
    }

    var failure: RequestError? {
        if case .failed(let error) = events.last { error } else { nil }
    }
}

/// Feeds the stream in pieces of at most the given lengths, which are used in turn.
func read(_ stream: [UInt8], pieces: [Int] = [.max], limits: RequestLimits = RequestLimits()) -> Reading {
    var parser = RequestParser(limits: limits)
    var reading = Reading()
    var turn = 0
    while reading.consumed < stream.count {
        let length = min(pieces[turn % pieces.count], stream.count - reading.consumed)
        turn += 1
        var piece = stream[reading.consumed..<(reading.consumed + length)]
        while !piece.isEmpty {
            let (event, consumed) = parser.feed(piece.span)
            reading.consumed += consumed
            piece = piece.dropFirst(consumed)
            if event != .needMore { reading.events.append(event) }
            if case .failed = event { return reading }
        }
    }
    return reading
}

func read(_ text: String, limits: RequestLimits = RequestLimits()) -> Reading { read(Array(text.utf8), limits: limits) }

/// The one request that `text` is; nil if it is anything else.
func single(_ text: String) -> Request? {
    let reading = read(text)
    return reading.events.count == 1 ? reading.requests.first : nil
}

/// What a browser sends, more or less.
let ordinary = "GET /stats?format=text HTTP/1.1\r\nHost: localhost:9090\r\nAccept: */*\r\n\r\n"

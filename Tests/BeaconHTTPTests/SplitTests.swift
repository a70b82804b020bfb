import BeaconBasics
import BeaconHTTP
import Testing

/// What the parser makes of a stream does not depend on how it was cut, and nothing makes it crash or take more than
/// there is.
@Suite struct SplitTests {
    static let streams = [
        ordinary + ordinary, "\r\n" + ordinary + "junk",
        "PUT /config/x?a=%20b HTTP/1.1\r\nHost: [::1]:9\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\nhello world"
            + ordinary,
        "POST /nodes/1/notify HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n folded\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\nX",
        "OPTIONS * HTTP/1.1\r\n\r\n",
        "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ]

    @Test(arguments: streams)
    func everyCut(text: String) {
        let stream = Array(text.utf8)
        let whole = read(stream)
        for length in 1...stream.count { #expect(read(stream, pieces: [length]) == whole, "pieces of \(length)") }
        for first in 1..<stream.count { #expect(read(stream, pieces: [first, .max]) == whole, "cut at \(first)") }
    }

    @Test(arguments: 0..<200)
    func mutatedStreams(seed: UInt64) {
        var dice = SeededRandom(seed: seed)
        var stream = Array(Self.streams.randomElement(using: &dice)!.utf8)
        for _ in 0..<Int.random(in: 1...8, using: &dice) { mutate(&stream, using: &dice) }
        let whole = read(stream)
        #expect(whole.consumed <= stream.count)
        let pieces = (0..<5).map { _ in Int.random(in: 1...40, using: &dice) }
        #expect(read(stream, pieces: [1]) == whole, "seed \(seed)")
        #expect(read(stream, pieces: pieces) == whole, "seed \(seed), pieces \(pieces)")
    }

    private func mutate(_ stream: inout [UInt8], using dice: inout SeededRandom) {
        let telling: [UInt8] = [0, 9, 10, 13, 32, 37, 42, 44, 47, 58, 63, 127, 128, 255]
        let place = Int.random(in: 0..<max(1, stream.count), using: &dice)
        switch Int.random(in: 0..<5, using: &dice) {
        case 0 where !stream.isEmpty: stream[place] = UInt8.random(in: 0...255, using: &dice)
        case 1 where !stream.isEmpty: stream[place] = telling.randomElement(using: &dice)!
        case 2 where !stream.isEmpty: stream.remove(at: place)
        case 3: stream.insert(telling.randomElement(using: &dice)!, at: min(place, stream.count))
        default: stream += stream.suffix(Int.random(in: 0...stream.count, using: &dice))
        }
    }

    @Test(arguments: 0..<50)
    func randomBytes(seed: UInt64) {
        var dice = SeededRandom(seed: seed)
        let stream = (0..<Int.random(in: 0...300, using: &dice)).map { _ in UInt8.random(in: 0...255, using: &dice) }
        #expect(read(stream, pieces: [1]) == read(stream))
    }
}

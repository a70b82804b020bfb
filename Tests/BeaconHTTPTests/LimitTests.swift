import BeaconHTTP
import Testing

/// Each limit from both sides.
@Suite struct LimitTests {
    private func requestLine(of length: Int) -> String {
        "GET /" + String(repeating: "a", count: length - 14) + " HTTP/1.1\r\n"
    }

    @Test("9112 §3: a request line of 8000 bytes is read, one of 8001 is 414")
    func requestLine() {
        #expect(read(requestLine(of: 8_000) + "Host: a\r\n\r\n").requests.count == 1)
        let reading = read(requestLine(of: 8_001) + "Host: a\r\n\r\n")
        #expect(reading.failure?.status == .uriTooLong)
        #expect(reading.consumed == 8_001)
    }

    @Test("9112 §3: a method without end is 501")
    func method() {
        #expect(read(String(repeating: "A", count: 9_000)).failure?.status == .notImplemented)
    }

    private func head(of length: Int) -> String {
        let frame = "GET / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n"
        return frame.replacing("X: ", with: "X: " + String(repeating: "x", count: length - frame.utf8.count))
    }

    @Test("6585 §5: a head of 8192 bytes is read, one of 8193 is 431")
    func headBytes() {
        #expect(head(of: 8_192).utf8.count == 8_192)
        #expect(read(head(of: 8_192)).requests.count == 1)
        let reading = read(head(of: 8_193))
        #expect(reading.failure?.status == .fieldsTooLarge)
        #expect(reading.consumed == 8_193)
    }

    @Test("the limit of the head counts empty lines in front of it")
    func emptyLines() {
        #expect(read(String(repeating: "\r\n", count: 5_000)).failure?.status == .fieldsTooLarge)
    }

    @Test("the limit begins anew with each request")
    func headBytesOfEach() {
        #expect(read(head(of: 8_000) + head(of: 8_000)).requests.count == 2)
    }

    @Test("6585 §5: 100 fields are read, 101 are 431")
    func fields() {
        func get(_ count: Int) -> String {
            "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "a:b\r\n", count: count - 1) + "\r\n"
        }
        #expect(read(get(100)).requests.first?.fields.count == 100)
        #expect(read(get(101)).failure?.status == .fieldsTooLarge)
    }

    @Test("9110 §15.5.14: a body of 64 KiB is read")
    func bodyBytes() {
        let head = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 65536\r\n\r\n"
        let stream = Array(head.utf8) + [UInt8](repeating: 0, count: 65_536)
        #expect(read(stream).requests.first?.body.count == 65_536)
    }

    @Test func limitsCanBeSet() {
        var limits = RequestLimits()
        limits.bodyBytes = 3
        let put = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd"
        #expect(read(put, limits: limits).failure?.status == .contentTooLarge)
    }
}

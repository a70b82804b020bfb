import Testing

@testable import BeaconControl

@Suite struct DrainReaderTests {
    private var reader = DrainReader()
    private let line = Array((DrainReadingTests.line + "\n").utf8)

    @Test("lines in any pieces")
    mutating func pieces() {
        #expect(reader.read(.head(status: 200)).isEmpty)
        #expect(reader.read(.body(Array(line.prefix(100)))).isEmpty)
        #expect(reader.read(.body(Array(line.dropFirst(100)) + line + line.prefix(3))).map(\.nodesLeft) == [30, 30])
        #expect(reader.read(.body(Array(line.dropFirst(3)))).map(\.nodesLeft) == [30])
        #expect(reader.failure == nil)
    }

    @Test(arguments: ["no JSON\n", "{}\n", "\n", "\u{0}\n"])
    mutating func nonsense(text: String) {
        _ = reader.read(.head(status: 200))
        #expect(reader.read(.body(Array(text.utf8))).isEmpty)
        #expect(reader.failure?.exitStatus == .notABeacon)
        #expect(reader.read(.body(line)).isEmpty)
    }

    @Test mutating func aLineWithoutEndIsNotKept() {
        _ = reader.read(.head(status: 200))
        for _ in 0..<17 { _ = reader.read(.body([UInt8](repeating: 0x20, count: 4_096))) }
        _ = reader.read(.body([0x0A]))
        #expect(reader.failure?.exitStatus == .notABeacon)
    }

    @Test mutating func refused() {
        _ = reader.read(.head(status: 503))
        #expect(reader.failure?.exitStatus == .failed)
    }
}

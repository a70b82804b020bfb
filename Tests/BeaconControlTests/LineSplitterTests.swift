import Testing

@testable import BeaconControl

@Suite struct LineSplitterTests {
    @Test(arguments: 1...9)
    func anyPieces(size: Int) {
        let text = Array("ab\n\ncde\nf".utf8)
        var splitter = LineSplitter()
        var lines: [[UInt8]] = []
        for start in stride(from: 0, to: text.count, by: size) {
            lines += splitter.add(Array(text[start..<min(start + size, text.count)]))
        }
        #expect(lines == [Array("ab".utf8), [], Array("cde".utf8)])
        #expect(splitter.add([0x0A]) == [[UInt8(ascii: "f")]])
    }

    @Test func theLongestLineAndOneByteMore() {
        var splitter = LineSplitter()
        let longest = [UInt8](repeating: 1, count: LineSplitter.longestLine)
        #expect(splitter.add(longest + [0x0A]) == [longest])
        #expect(splitter.add(longest + [1, 0x0A, 2, 0x0A]).isEmpty)
        #expect(splitter.isOverlong)
        #expect(splitter.add([2, 0x0A]).isEmpty)
    }
}

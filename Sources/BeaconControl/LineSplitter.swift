/// Lines out of bytes that come in pieces. A line longer than the limit is no line of a beacon's.
struct LineSplitter {
    static let longestLine = 64 * 1024

    private var unfinished: [UInt8] = []
    /// A line was too long; nothing more is taken.
    private(set) var isOverlong = false

    /// The lines that these bytes complete, without their ends.
    mutating func add(_ bytes: [UInt8]) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var rest = bytes[...]
        while !isOverlong, let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            append(rest[..<end])
            rest = rest[(end + 1)...]
            guard !isOverlong else { break }
            lines.append(unfinished)
            unfinished = []
        }
        if !isOverlong { append(rest) }
        return lines
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>) {
        isOverlong = unfinished.count + bytes.count > Self.longestLine
        unfinished = isOverlong ? [] : unfinished + bytes
    }
}

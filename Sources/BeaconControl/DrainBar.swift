/// One line about a drain that fits a terminal: a bar, then as much in words as there is room for.
enum DrainBar {
    private static let shortestBar = 10
    private static let longestBar = 40

    /// Without a line end, shorter than `columns`: a full line would make some terminals scroll.
    static func text(_ reading: DrainReading, columns: Int, _ style: TextStyle) -> String {
        let room = max(0, columns - 1)
        var words = [
            "\(reading.nodesLeft) of \(reading.nodesAtStart) left", clock(reading.leftSeconds),
            "\(reading.framesForwarded) forwarded", "\(reading.framesLost) lost",
        ]
        if reading.isHopeless { words[2] = "no other beacon" }
        // "draining [", "]", and two blanks before each word.
        func width(_ bar: Int) -> Int { 11 + bar + words.reduce(0) { $0 + 2 + $1.count } }
        while words.count > 1, width(shortestBar) > room { words.removeLast() }
        guard width(shortestBar) <= room else { return String("\(reading.nodesLeft) left".prefix(room)) }
        let bar = min(longestBar, room - width(0))
        let filled = Int(reading.progress * Double(bar))
        let marks = String(repeating: "#", count: filled), blanks = String(repeating: "-", count: bar - filled)
        if reading.framesLost > 0, words.count == 4 { words[3] = style.bad(words[3]) }
        return "draining [\(style.good(marks))\(blanks)]" + words.map { "  \($0)" }.joined()
    }

    /// Minutes and seconds to the deadline.
    private static func clock(_ seconds: Double) -> String {
        let seconds = Int(max(0, seconds).rounded())
        return "\(seconds / 60):\(seconds % 60 < 10 ? "0" : "")\(seconds % 60)"
    }
}

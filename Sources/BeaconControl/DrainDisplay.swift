public import BeaconBasics

/// What a waiting `beaconctl drain` writes: on a terminal one line that is redrawn, otherwise lines of plain text, and few
/// of them, since they end in the log of a deploy.
public struct DrainDisplay: Sendable {
    private static let eraseLine = "\r\u{1B}[K"
    /// Without news, a line so often.
    private static let quietTime = Delay.seconds(10)

    private let style: TextStyle
    private var shown: (reading: DrainReading, at: Moment)?

    public init(_ style: TextStyle) { self.style = style }

    /// - Parameter columns: of the terminal, as wide as it is now.
    public mutating func show(_ reading: DrainReading, at now: Moment, columns: Int) -> String {
        guard !style.canRedraw else {
            return Self.eraseLine + DrainBar.text(reading, columns: columns, style)
        }
        if let shown, shown.reading.nodesLeft == reading.nodesLeft, now.since(shown.at) < Self.quietTime { return "" }
        shown = (reading, now)
        return Self.line(reading) + "\n"
    }

    /// The answer to an order that nobody waits for.
    public static func ordered(_ reading: DrainReading) -> String { line(reading) + "\n" }

    public func end(_ end: DrainEnd) -> String {
        let line =
            switch end {
            case .drained(let reading): style.good("drained") + ": " + Self.sum(reading)
            case .deadline(let reading):
                style.bad("deadline") + ": \(Self.count(reading.nodesLeft, "node")) left\(Self.names(reading)); "
                    + Self.sum(reading)
            case .cancelled(let reading): style.bad("cancelled") + ": \(Self.sum(reading))"
            case .lost(let reason): style.bad("lost") + ": \(reason)"
            }
        return (style.canRedraw ? Self.eraseLine : "") + line + "\n"
    }

    private static func line(_ reading: DrainReading) -> String {
        "draining: \(reading.nodesLeft) of \(count(reading.nodesAtStart, "node")) left, "
            + "\(seconds(reading.leftSeconds)) to the deadline; " + frames(reading)
            + (reading.isHopeless ? "; there is no other beacon to move to" : "")
    }

    private static func sum(_ reading: DrainReading) -> String {
        "\(reading.nodesMoved) of \(count(reading.nodesAtStart, "node")) moved, \(reading.nodesExpired) expired "
            + "in \(seconds(reading.elapsedSeconds)); " + frames(reading)
    }

    private static func frames(_ reading: DrainReading) -> String {
        "\(count(reading.framesForwarded, "frame")) forwarded, "
            + (reading.framesDoubtful > 0 ? "\(reading.framesDoubtful) doubtful, " : "") + "\(reading.framesLost) lost"
    }

    private static func names(_ reading: DrainReading) -> String {
        reading.busiest.isEmpty ? "" : ", the busiest: \(reading.busiest.map(String.init).joined(separator: ", "))"
    }

    private static func seconds(_ value: Double) -> String { "\(Int(max(0, value).rounded())) s" }
    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}

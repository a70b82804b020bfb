import BeaconBasics

/// Server-sent events (WHATWG HTML §9.2.6): lines of `field: value`, an empty line behind each event. No value may hold a
/// line end of its own; JSON escapes those of its texts, and everything else here is the program's.
enum EventText {
    static let contentType = "text/event-stream"

    /// A comment, which clients pass over.
    static let heartbeat = Array(":\n\n".utf8)

    /// Come back two seconds after a break. `position`: what to come back with if no event has come by then; an event
    /// without data is only remembered, not shown.
    static func opening(position: UInt64?) -> [UInt8] {
        Array("retry: 2000\n\(position.map { "id: \($0)\n" } ?? "")\n".utf8)
    }

    static func bytes(_ event: BeaconEvent) -> [UInt8] {
        block(id: event.id, kind: word(event.kind.rawValue), .event(event))
    }

    /// Events between `id` and the first that follows are lost. Without an id of its own: it is no event that one could come
    /// back to.
    static func gap(after id: UInt64, _ page: EventPage) -> [UInt8] {
        block(id: nil, kind: "gap", ["after": Report(id), "first": Report(page.events.first?.id)])
    }

    private static func block(id: UInt64?, kind: String, _ data: Report) -> [UInt8] {
        var out: [UInt8] = []
        if let id { out += "id: \(id)\n".utf8 }
        out += "event: \(kind)\ndata: ".utf8
        out += JSONText.line(data)
        out += "\n\n".utf8
        return out
    }

    /// A kind is one word; whatever else it should ever hold cannot start a line.
    private static func word(_ kind: String) -> String {
        let isWord = !kind.isEmpty && kind.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        return isWord ? kind : "event"
    }
}

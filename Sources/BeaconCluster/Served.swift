import BeaconBasics

/// Questions of other beacons that our data plane is working on, or has answered lately: a repeated question must not
/// do its work twice, and gets the same answer. Bounded; all live equally long, so the oldest stands first.
struct Served<Answer: Sendable>: Sendable {
    static var capacity: Int { 4_096 }
    static var lifetime: Delay { .seconds(3) }

    struct Question: Hashable {
        var beacon: BeaconID
        var session: SessionID
        var ticket: UInt32
    }

    struct Entry {
        var id: UInt64
        var question: Question
        var node: NodeID
        var begun: Moment
        var answer: Answer?
    }

    private var entries: [UInt64: Entry] = [:]
    private var ids: [Question: UInt64] = [:]
    private var oldest: UInt64 = 1
    private var nextID: UInt64 = 1
    private(set) var refused: UInt64 = 0

    var count: Int { entries.count }

    subscript(question: Question) -> Entry? { ids[question].flatMap { entries[$0] } }
    subscript(id: UInt64) -> Entry? { entries[id] }

    /// A new question's id; nil when the table is full.
    mutating func begin(_ question: Question, node: NodeID, at now: Moment) -> UInt64? {
        expire(at: now)
        guard entries.count < Self.capacity else {
            refused += 1
            return nil
        }
        let id = nextID
        nextID += 1
        entries[id] = Entry(id: id, question: question, node: node, begun: now)
        ids[question] = id
        return id
    }

    /// The question that `id` answers, at its first answer.
    mutating func answer(_ id: UInt64, _ answer: Answer) -> Entry? {
        guard var entry = entries[id], entry.answer == nil else { return nil }
        entry.answer = answer
        entries[id] = entry
        return entry
    }

    /// Its answer was none that lasts: the next one counts.
    mutating func reopen(_ id: UInt64) { entries[id]?.answer = nil }

    private mutating func expire(at now: Moment) {
        while oldest < nextID, let entry = entries[oldest], now.since(entry.begun) >= Self.lifetime {
            entries[oldest] = nil
            ids[entry.question] = nil
            oldest += 1
        }
    }
}

import BeaconBasics

/// Questions to other beacons that wait for an answer, by ticket and by node. Bounded; a full table refuses.
///
/// Tickets count up from a random start, so that an answer to an earlier process is none of ours.
struct Requests<Request: Sendable>: Sendable {
    static var capacity: Int { 4_096 }

    struct Open {
        var ticket: UInt32
        var node: NodeID
        var holder: BeaconID
        var request: Request
        var begun: Moment
        /// Times it was sent.
        var attempts = 0
        /// When there is something to do about it.
        var due: Moment
    }

    private(set) var open: [Open] = []
    private var positions: [UInt32: Int] = [:]
    private var nextTicket: UInt32
    /// Never later than the earliest `due`: an answered request leaves it as it is.
    private(set) var deadline = Moment(nanoseconds: .max)
    private(set) var refused: UInt64 = 0

    init(firstTicket: UInt32) { nextTicket = firstTicket }

    subscript(ticket: UInt32) -> Open? { positions[ticket].map { open[$0] } }

    /// The ticket, or nil when the table is full. Due at once.
    mutating func begin(_ request: Request, node: NodeID, holder: BeaconID, at now: Moment) -> UInt32? {
        guard open.count < Self.capacity else {
            refused += 1
            return nil
        }
        nextTicket &+= 1
        positions[nextTicket] = open.count
        open.append(Open(ticket: nextTicket, node: node, holder: holder, request: request, begun: now, due: now))
        deadline = min(deadline, now)
        return nextTicket
    }

    mutating func update(_ ticket: UInt32, _ change: (inout Open) -> Void) {
        guard let position = positions[ticket] else { return }
        change(&open[position])
        deadline = min(deadline, open[position].due)
    }

    @discardableResult
    mutating func end(_ ticket: UInt32) -> Open? {
        guard let position = positions.removeValue(forKey: ticket) else { return nil }
        let ended = open[position]
        let last = open.removeLast()
        if position < open.count {
            open[position] = last
            positions[last.ticket] = position
        }
        return ended
    }

    /// The tickets that are due, in the order of their begin; `deadline` is exact afterwards, but for what the caller
    /// does about these.
    mutating func due(at now: Moment) -> [UInt32] {
        guard deadline <= now else { return [] }
        var due: [Open] = []
        deadline = Moment(nanoseconds: .max)
        for request in open {
            if request.due <= now { due.append(request) } else { deadline = min(deadline, request.due) }
        }
        return due.sorted { ($0.begun, $0.ticket) < ($1.begun, $1.ticket) }.map(\.ticket)
    }
}

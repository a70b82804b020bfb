public import BeaconBasics

/// Requests that wait for their answers. A slot is what carries one request at a time (a socket, or a pair of them):
/// a DiscoverReply or PunchCommand names no request, so the slot is the only tie between the two.
public struct ExchangeTable: Sendable {
    /// A request: its slot, and which use of the slot it is.
    public struct Ticket: Hashable, BitwiseCopyable, Sendable {
        public var slot: Int
        public var generation: UInt32

        public init(slot: Int, generation: UInt32) {
            self.slot = slot
            self.generation = generation
        }
    }

    public enum Answer: Hashable, Sendable {
        /// The last part: the request took so long.
        case complete(Delay)
        /// Other parts are still missing.
        case partial
        /// Nothing waits for this: too late, twice, or never asked for.
        case unexpected
    }

    private struct Slot {
        var generation: UInt32 = 0
        var sentAt = Moment(nanoseconds: 0)
        /// One bit for each part that is still missing; 0 = the slot is idle.
        var awaited: UInt8 = 0
    }

    private var slots: [Slot]
    private var idle: Ring<Int>
    /// In the order of sending, so that the oldest is first; answered ones stay until they reach the front.
    private var waiting: Ring<Ticket>
    private let parts: UInt8
    private let timeout: Delay
    public private(set) var inFlight = 0
    /// Requests given up on after `timeout`.
    public private(set) var lost: UInt64 = 0

    /// `parts`: how many datagrams make an answer, at most 8.
    public init(slots count: Int, parts: Int, timeout: Delay) {
        precondition(count > 0 && (1...8).contains(parts))
        slots = Array(repeating: Slot(), count: count)
        idle = Ring(capacity: count)
        waiting = Ring(capacity: 2 * count)
        self.parts = UInt8(truncatingIfNeeded: 1 << parts - 1)
        self.timeout = timeout
        for slot in 0..<count { idle.append(slot) }
    }

    /// Takes the slot that has been idle longest; nil when all wait.
    public mutating func open(at now: Moment) -> Ticket? {
        guard waiting.hasRoom || dropAnswered(), let slot = idle.popFirst() else { return nil }
        slots[slot].generation &+= 1
        slots[slot].sentAt = now
        slots[slot].awaited = parts
        inFlight += 1
        let ticket = Ticket(slot: slot, generation: slots[slot].generation)
        waiting.append(ticket)
        return ticket
    }

    /// The request could not be sent after all.
    public mutating func cancel(_ ticket: Ticket) {
        guard isWaiting(ticket) else { return }
        close(ticket.slot)
    }

    /// Part `part` of the answer to what `slot` carries has come. `generation` is nil if the wire does not say it.
    public mutating func answer(_ slot: Int, generation: UInt32? = nil, part: Int = 0, at now: Moment) -> Answer {
        guard slots.indices.contains(slot), slots[slot].awaited & 1 << part != 0,
            generation ?? slots[slot].generation == slots[slot].generation
        else { return .unexpected }
        slots[slot].awaited &= ~(1 << part)
        guard slots[slot].awaited == 0 else { return .partial }
        close(slot)
        return .complete(now.since(slots[slot].sentAt))
    }

    /// Gives up on requests older than the timeout.
    public mutating func expire(at now: Moment) {
        while let ticket = waiting.first {
            if isWaiting(ticket) {
                guard now.since(slots[ticket.slot].sentAt) >= timeout else { return }
                lost += 1
                close(ticket.slot)
            }
            _ = waiting.popFirst()
        }
    }

    public func isWaiting(_ ticket: Ticket) -> Bool {
        slots[ticket.slot].generation == ticket.generation && slots[ticket.slot].awaited != 0
    }

    private mutating func close(_ slot: Int) {
        slots[slot].awaited = 0
        inFlight -= 1
        idle.append(slot)
    }

    /// Makes room in `waiting`: a slot that is answered out of turn may come round again before the oldest request.
    private mutating func dropAnswered() -> Bool {
        for _ in 0..<waiting.count {
            guard let ticket = waiting.popFirst() else { break }
            if isWaiting(ticket) { waiting.append(ticket) }
        }
        return waiting.hasRoom
    }
}

/// A first-in first-out queue of fixed capacity.
struct Ring<Element: Sendable>: Sendable {
    private var elements: [Element?]
    private var head = 0
    private(set) var count = 0

    init(capacity: Int) { elements = Array(repeating: nil, count: capacity) }

    var hasRoom: Bool { count < elements.count }

    var first: Element? { count == 0 ? nil : elements[head] }

    mutating func append(_ element: Element) {
        precondition(hasRoom, "ring full")
        elements[(head + count) % elements.count] = element
        count += 1
    }

    mutating func popFirst() -> Element? {
        guard let element = first else { return nil }
        head = (head + 1) % elements.count
        count -= 1
        return element
    }
}

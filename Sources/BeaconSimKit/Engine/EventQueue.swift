import BeaconBasics

/// One thing that is to happen: 32 bytes, moved about freely.
struct Event: BitwiseCopyable, Sendable {
    var at: Moment
    /// Events of one instant happen in the order in which they were pushed.
    var order: UInt64
    var kind: EventKind
    /// Whom it happens to.
    var host: UInt32
    /// The life of the process it was meant for, a payload slot, or whatever the kind needs.
    var first: UInt32
    var second: UInt32

    @inline(__always)
    static func < (a: Event, b: Event) -> Bool { a.at == b.at ? a.order < b.order : a.at < b.at }
}

enum EventKind: UInt8, Sendable {
    /// first = payload slot.
    case datagram
    /// The process's timer; first = its life.
    case timer
    /// A host whose process lags takes its next piece of work; first = life.
    case service
    /// first = stream slot, second = its generation.
    case streamRequest, streamReply, streamTimeout
    /// first = node, second = its generation.
    case keepAlive
    /// first = node, second = life.
    case expiry
    /// first = probe slot.
    case probeAnswer
    /// A crash must be known by now; first = life.
    case crashCheck
    /// A suspicion must have cleared by now; first = subject, second = incarnation.
    case refutationDue
    /// A newcomer must be seen, and must know everything, by now; first = life.
    case joinDue, bootstrapDue
    /// A frame arrives at a beacon; first = slot.
    case frame
    /// Seeds are asked again; first = life.
    case seeds
    /// first = index into the plan.
    case fault
    /// A generator of traffic (registrations, hostile packets …); first = its index, second = its generation.
    case generator
    /// Views are compared, figures taken.
    case sweep, observe
}

/// What is to happen next: a four-way heap, since most of the time goes into moving events down and a wide heap is
/// shallow. Ties are broken by the order of pushing, so that a run is a function of its seed.
struct EventQueue: ~Copyable, Sendable {
    private var heap: [Event] = []
    private var pushed: UInt64 = 0

    init(reserving capacity: Int = 4_096) { heap.reserveCapacity(capacity) }

    var count: Int { heap.count }

    mutating func push(
        _ kind: EventKind, at moment: Moment, host: Int = 0, first: UInt32 = 0, second: UInt32 = 0
    ) {
        pushBack(Event(at: moment, order: pushed, kind: kind, host: UInt32(host), first: first, second: second))
        pushed &+= 1
    }

    /// An event that was popped goes to its place again.
    mutating func pushBack(_ event: Event) {
        heap.append(event)
        heap.withUnsafeMutableBufferPointer { heap in
            var hole = heap.count - 1
            while hole > 0 {
                let parent = (hole - 1) >> 2
                guard event < heap[parent] else { break }
                heap[hole] = heap[parent]
                hole = parent
            }
            heap[hole] = event
        }
    }

    mutating func pop() -> Event? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        heap.withUnsafeMutableBufferPointer { heap in
            var hole = 0
            while true {
                let child = hole << 2 + 1
                guard child < heap.count else { break }
                var least = child
                for other in child + 1..<min(child + 4, heap.count) where heap[other] < heap[least] { least = other }
                guard heap[least] < last else { break }
                heap[hole] = heap[least]
                hole = least
            }
            heap[hole] = last
        }
        return first
    }
}

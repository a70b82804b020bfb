import BeaconBasics
import BeaconLoadKit
import BeaconPrinting

/// Requests and their answers, one request at a time on each slot's sockets.
struct ExchangeTraffic<Kind: Exchange>: ~Copyable {
    /// How long an answer may take.
    static var timeout: Delay { .seconds(1) }
    /// Datagrams taken from one socket before the next has its turn.
    private static var turn: Int { 64 }

    let kind: Kind
    private let sockets: SocketGroup
    private let scratch = Scratch()
    private var table: ExchangeTable
    /// For each socket the address that an answer must name; none = not known yet, the first answer tells.
    private var expected: [Address]
    private var counts = ExchangeTally()
    private(set) var latency = Latency()

    init(_ kind: Kind, sockets: consuming SocketGroup, expected: [Address]) {
        self.kind = kind
        table = ExchangeTable(
            slots: sockets.count / kind.socketsPerSlot, parts: kind.socketsPerSlot, timeout: Self.timeout)
        self.sockets = sockets
        self.expected = expected
    }

    var tally: ExchangeTally {
        var tally = counts
        tally.lost = table.lost
        return tally
    }
}

extension ExchangeTraffic: Traffic {
    var unit: CountedUnit { kind.unit }
    var quantum: Int { 1 }
    var batch: Int { 64 }
    var inFlight: Int { table.inFlight }
    var sent: UInt64 { counts.sent }
    var completed: UInt64 { counts.answered }
    var lost: UInt64 { table.lost }
    var wrong: UInt64 { counts.wrong }

    mutating func send(_ room: Int, at now: Moment) throws(LoadError) -> Int {
        for count in 0..<room {
            // Each request has its own time: the last of a batch leaves long after the first.
            guard let ticket = table.open(at: count == 0 ? now : monotonicNow()) else { return count }
            var span = scratch.bytes.mutableBytes
            let request = UnsafeRawBufferPointer(rebasing: scratch.bytes[..<kind.write(ticket, to: &span)])
            guard try sockets.send(ticket.slot * kind.socketsPerSlot, request) else {
                table.cancel(ticket)
                return count
            }
            counts.sent += 1
        }
        return room
    }

    mutating func receive(until enough: Int, measuring: Bool) throws(LoadError) {
        for socket in 0..<sockets.count where table.inFlight > 0 {
            for _ in 0..<Self.turn {
                guard let length = try sockets.receive(socket, into: scratch.bytes) else { break }
                take(UnsafeRawBufferPointer(rebasing: scratch.bytes[..<length]), from: socket, measuring)
            }
        }
    }

    mutating func expire(at now: Moment, isSending: Bool) { table.expire(at: now) }

    private mutating func take(_ datagram: UnsafeRawBufferPointer, from socket: Int, _ measuring: Bool) {
        switch kind.read(datagram.bytes) {
        case .unrelated: counts.unexpected += 1
        case .malformed: counts.wrong += 1
        case .answer(let address, let ticket): answer(address, ticket, socket, measuring)
        }
    }

    private mutating func answer(
        _ address: Address, _ ticket: ExchangeTable.Ticket?, _ socket: Int, _ measuring: Bool
    ) {
        let (slot, part) = socket.quotientAndRemainder(dividingBy: kind.socketsPerSlot)
        if expected[socket] == .none { expected[socket] = address }
        guard expected[socket] == address, ticket == nil || ticket?.slot == slot else {
            counts.wrong += 1
            return
        }
        switch table.answer(slot, generation: ticket?.generation, part: part, at: monotonicNow()) {
        case .partial: break
        case .unexpected: counts.unexpected += 1
        case .complete(let delay):
            counts.answered += 1
            if measuring { latency.record(delay) }
        }
    }
}

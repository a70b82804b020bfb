import BeaconBasics
import BeaconLoadKit

/// A kind of request and its answer.
protocol Exchange {
    var command: String { get }
    var unit: CountedUnit { get }
    /// Sockets that share one slot; each of them gets one part of the answer, and the first one asks.
    var socketsPerSlot: Int { get }
    /// Writes the request; returns its length.
    func write(_ ticket: ExchangeTable.Ticket, to bytes: inout MutableRawSpan) -> Int
    func read(_ datagram: RawSpan) -> Reading
}

/// What a datagram is to an exchange.
enum Reading {
    /// An answer, the address in it, and the request that it names if it names one.
    case answer(Address, ExchangeTable.Ticket?)
    /// Something else that a beacon may send: a probe, a late reply of another kind.
    case unrelated
    /// Not what a beacon sends.
    case malformed
}

/// Discover and its reply: what a daemon asks each minute.
struct DiscoverExchange: Exchange {
    let base: UInt32
    let nodes: Int
    let slots: Int

    var command: String { "register" }
    var unit: CountedUnit { .reply }
    var socketsPerSlot: Int { 1 }

    /// An id stays with its slot, so that no socket takes another one's.
    func write(_ ticket: ExchangeTable.Ticket, to bytes: inout MutableRawSpan) -> Int {
        let turn = Int(ticket.generation &- 1) % max(1, nodes / slots)
        return Frames.writeDiscover(NodeID(base + UInt32(ticket.slot + slots * turn)), to: &bytes)
    }

    func read(_ datagram: RawSpan) -> Reading { readEndpoint(datagram, type: Frames.discoverReply) }
}

/// A PunchRequest and the commands to both sides.
struct PunchExchange: Exchange {
    let base: UInt32

    var command: String { "punch" }
    var unit: CountedUnit { .punch }
    var socketsPerSlot: Int { 2 }

    func write(_ ticket: ExchangeTable.Ticket, to bytes: inout MutableRawSpan) -> Int {
        let requester = base + UInt32(2 * ticket.slot)
        return Frames.writePunch(requester: NodeID(requester), target: NodeID(requester + 1), to: &bytes)
    }

    func read(_ datagram: RawSpan) -> Reading { readEndpoint(datagram, type: Frames.punchCommand) }
}

/// A STUN Binding request and its success response.
struct BindingExchange: Exchange {
    /// Marks this run's transactions.
    let run: UInt32

    var command: String { "stun" }
    var unit: CountedUnit { .reply }
    var socketsPerSlot: Int { 1 }

    func write(_ ticket: ExchangeTable.Ticket, to bytes: inout MutableRawSpan) -> Int {
        let slot = UInt32(ticket.slot)
        return STUNBinding.write(.init(run: run, slot: slot, generation: ticket.generation), to: &bytes)
    }

    func read(_ datagram: RawSpan) -> Reading {
        guard let response = STUNBinding.response(datagram), response.transaction.run == run else { return .malformed }
        let transaction = response.transaction
        return .answer(
            response.mapped, ExchangeTable.Ticket(slot: Int(transaction.slot), generation: transaction.generation))
    }
}

/// An answer that is an address and no more (02, 04); the other of the two is unrelated.
private func readEndpoint(_ datagram: RawSpan, type: UInt8) -> Reading {
    if let address = Frames.endpoint(datagram, type: type) { return .answer(address, nil) }
    let other = type == Frames.discoverReply ? Frames.punchCommand : Frames.discoverReply
    return Frames.endpoint(datagram, type: other) == nil ? .malformed : .unrelated
}

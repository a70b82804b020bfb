import BeaconBasics
import BeaconLoadKit

/// Relay frames from the senders' sockets to the nodes' sockets, each numbered and checked.
struct RelayTraffic: ~Copyable {
    private let plan: RelayPlan
    private let nodes: SocketGroup
    private let senders: SocketGroup
    private var ledger: RelayLedger
    private var order: DestinationOrder
    private var outgoing: SendBatch
    private var incoming: ReceiveBatch
    /// Frames of `outgoing` that are written and have not left.
    private var prepared = 0..<0
    private var sender = 0
    private var nextReceiver = 0
    private var waiting: InFlight
    private(set) var latency = Latency()

    /// Opens the sockets and registers the nodes at `home`; waits until `server` knows them, if that is another beacon.
    static func open(
        _ plan: RelayPlan, to server: Address, nodesAt home: Address, seed: UInt64
    ) throws(LoadError) -> RelayTraffic {
        let nodes = try SocketGroup(plan.receivers, to: home)
        var registration = Registration(sockets: nodes.count)
        try registration.run(plan.nodes, from: plan.baseID, at: nodes)
        let senders = try SocketGroup(plan.senders, to: server)
        if home != server { try RouteWait(plan)(from: senders, to: nodes) }
        return RelayTraffic(plan, nodes: nodes, senders: senders, seed: seed)
    }

    private init(_ plan: RelayPlan, nodes: consuming SocketGroup, senders: consuming SocketGroup, seed: UInt64) {
        var dice = SeededRandom(seed: seed)
        self.plan = plan
        self.nodes = nodes
        self.senders = senders
        ledger = RelayLedger(plan, using: &dice)
        order = DestinationOrder(plan.order, nodes: plan.nodes, burst: plan.burst, seed: dice.next())
        outgoing = SendBatch(capacity: plan.batch, frameSize: plan.frameSize, segmented: plan.gso)
        incoming = ReceiveBatch(room: RelayLedger.deliveredSize(plan))
        waiting = InFlight(at: monotonicNow())
        for index in 0..<plan.batch {
            var frame = outgoing.frame(index).mutableBytes
            ledger.writeFiller(to: &frame)
        }
    }

    var tally: RelayTally { ledger.tally }

    /// What the kernel grants each receiver, in bytes.
    var receiveBuffer: Int { nodes.receiveBuffer }
}

extension RelayTraffic: Traffic {
    var unit: CountedUnit { .frame }
    var quantum: Int { plan.quantum }
    var batch: Int { plan.batch }
    var inFlight: Int { waiting.count }
    var sent: UInt64 { tally.sent }
    var completed: UInt64 { tally.delivered }
    var lost: UInt64 { tally.lost - min(tally.lost, UInt64(waiting.count)) }
    var wrong: UInt64 { tally.corrupted + tally.duplicated + tally.misdelivered }

    mutating func send(_ room: Int, at now: Moment) throws(LoadError) -> Int {
        if prepared.isEmpty { prepare(min(room, plan.batch), at: now) }
        let descriptor = senders.descriptors[sender]
        let count = try outgoing.send(prepared, on: descriptor, to: senders.server)
        prepared = prepared.lowerBound + count..<prepared.upperBound
        ledger.sent(count)
        waiting.sent(count, at: now)
        // A burst comes from one sender, whatever it is cut into.
        if prepared.isEmpty, order.isBetweenBursts { sender = sender + 1 == senders.count ? 0 : sender + 1 }
        return count
    }

    private mutating func prepare(_ count: Int, at now: Moment) {
        for index in 0..<count {
            var frame = outgoing.frame(index).mutableBytes
            ledger.write(to: &frame, sender: sender, destination: order.next(), at: now)
        }
        prepared = 0..<count
    }

    mutating func receive(until enough: Int, measuring: Bool) throws(LoadError) {
        for visited in 0..<nodes.count {
            let socket = nextReceiver
            nextReceiver = socket + 1 == nodes.count ? 0 : socket + 1
            let count = try incoming.receive(from: nodes.descriptors[socket], server: nodes.server)
            if count > 0 { take(count, from: socket, measuring) }
            if visited > 8, waiting.count <= enough { return }
        }
    }

    private mutating func take(_ count: Int, from socket: Int, _ measuring: Bool) {
        let now = monotonicNow()
        var new = 0
        for index in 0..<count {
            guard let stamp = ledger.accept(incoming.datagram(index).bytes, at: socket) else { continue }
            new += 1
            if measuring { latency.record(now.since(stamp.sentAt)) }
        }
        waiting.arrived(new, at: now)
    }

    /// Once nothing is sent any more, what is missing is waited for to the end.
    mutating func expire(at now: Moment, isSending: Bool) {
        if isSending { waiting.writeOff(at: now) }
    }
}

import BeaconBasics
import BeaconLoadKit
import Glibc

/// Relay frames from the senders' sockets to the nodes' sockets, each numbered and checked.
struct RelayTraffic: ~Copyable {
    let plan: RelayPlan
    private let nodes: SocketGroup
    private let senders: SocketGroup
    private let key: KeyedHash
    private let tail: [UInt8]
    private var order: DestinationOrder
    private var flows: FlowTable
    private var outgoing: SendBatch
    private var incoming: ReceiveBatch
    /// Frames of `outgoing` that are written and have not left.
    private var prepared = 0..<0
    private var sender = 0
    private var nextReceiver = 0
    private var waiting: InFlight
    private(set) var tally = RelayTally()
    private(set) var latency = Latency()

    /// Opens the sockets and registers the nodes.
    static func open(_ plan: RelayPlan, to server: Address, seed: UInt64) throws(LoadError) -> RelayTraffic {
        let nodes = try SocketGroup(plan.receivers, to: server)
        var registration = Registration(sockets: nodes.count)
        try registration.run(plan.nodes, from: plan.baseID, at: nodes)
        return RelayTraffic(plan, nodes: nodes, senders: try SocketGroup(plan.senders, to: server), seed: seed)
    }

    private init(_ plan: RelayPlan, nodes: consuming SocketGroup, senders: consuming SocketGroup, seed: UInt64) {
        var dice = SeededRandom(seed: seed)
        self.plan = plan
        self.nodes = nodes
        self.senders = senders
        key = KeyedHash(using: &dice)
        tail = filler(bytes: plan.payload - FrameStamp.size, seed: dice.next())
        order = DestinationOrder(plan.order, nodes: plan.nodes, burst: plan.burst, seed: dice.next())
        flows = FlowTable(flows: plan.nodes * plan.senders)
        outgoing = SendBatch(capacity: plan.batch, frameSize: plan.frameSize, segmented: plan.gso)
        incoming = ReceiveBatch(room: Frames.deliverHeader + plan.payload)
        waiting = InFlight(at: monotonicNow())
        let tailOffset = Frames.relayHeader + FrameStamp.size
        for index in 0..<plan.batch { outgoing.write(tail, at: tailOffset, ofFrame: index) }
    }

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
        tally.sent += UInt64(count)
        waiting.sent(count, at: now)
        // A burst comes from one sender, whatever it is cut into.
        if prepared.isEmpty, order.isBetweenBursts { sender = sender + 1 == senders.count ? 0 : sender + 1 }
        return count
    }

    private mutating func prepare(_ count: Int, at now: Moment) {
        for index in 0..<count {
            let destination = order.next()
            let frame = outgoing.frame(index)
            let id = NodeID(plan.senderBase + UInt32(sender))
            var header = frame.mutableBytes
            Frames.writeRelayHeader(
                sender: id, destination: NodeID(plan.baseID + UInt32(destination)), to: &header)
            let sequence = flows.number(flow(sender, destination))
            let stamp = FrameStamp(destination: UInt32(destination), sequence: sequence, sentAt: now)
            var payload = UnsafeMutableRawBufferPointer(rebasing: frame[Frames.relayHeader...]).mutableBytes
            stamp.write(to: &payload, sender: id.rawValue, key: key)
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

    /// Once nothing is sent any more, what is missing is waited for to the end.
    mutating func expire(at now: Moment, isSending: Bool) {
        if isSending { waiting.writeOff(at: now) }
    }
}

extension RelayTraffic {
    private func flow(_ sender: Int, _ destination: Int) -> Int { destination * plan.senders + sender }

    private mutating func take(_ count: Int, from socket: Int, _ measuring: Bool) {
        let now = monotonicNow()
        var new = 0
        for index in 0..<count {
            guard let stamp = accept(incoming.datagram(index), from: socket) else { continue }
            new += 1
            if measuring { latency.record(now.since(stamp.sentAt)) }
        }
        waiting.arrived(new, at: now)
    }

    /// Counts a datagram; its stamp if it is a new frame.
    private mutating func accept(_ datagram: UnsafeRawBufferPointer, from socket: Int) -> FrameStamp? {
        guard let sender = Frames.deliverSender(datagram.bytes) else {
            classifyOther(datagram)
            return nil
        }
        guard let stamp = check(datagram, sender) else {
            tally.corrupted += 1
            return nil
        }
        return accept(stamp, sender, socket) ? stamp : nil
    }

    /// Late replies to the registration and probes of the beacon are its right; anything else is not.
    private mutating func classifyOther(_ datagram: UnsafeRawBufferPointer) {
        let isControl = datagram.first == Frames.discoverReply || datagram.first == Frames.punchCommand
        if isControl { tally.unrelated += 1 } else { tally.corrupted += 1 }
    }

    /// The frame's stamp if every byte is what was sent.
    private func check(_ datagram: UnsafeRawBufferPointer, _ sender: NodeID) -> FrameStamp? {
        guard datagram.count == Frames.deliverHeader + plan.payload else { return nil }
        let payload = UnsafeRawBufferPointer(rebasing: datagram[Frames.deliverHeader...])
        guard isTail(UnsafeRawBufferPointer(rebasing: payload[FrameStamp.size...])) else { return nil }
        return FrameStamp(payload.bytes, sender: sender.rawValue, key: key)
    }

    private func isTail(_ bytes: UnsafeRawBufferPointer) -> Bool {
        tail.withUnsafeBytes { tail in
            guard let expected = tail.baseAddress, let actual = bytes.baseAddress else { return true }
            return memcmp(expected, actual, min(tail.count, bytes.count)) == 0
        }
    }

    /// Counts a frame; true if it is a new one.
    private mutating func accept(_ stamp: FrameStamp, _ sender: NodeID, _ socket: Int) -> Bool {
        let destination = Int(stamp.destination)
        let index = Int(sender.rawValue &- plan.senderBase)
        guard index < plan.senders, destination < plan.nodes else {
            tally.corrupted += 1
            return false
        }
        guard destination % nodes.count == socket else {
            tally.misdelivered += 1
            return false
        }
        let arrival = flows.arrive(flow(index, destination), stamp.sequence)
        switch arrival {
        case .inOrder: break
        case .reordered: tally.reordered += 1
        case .duplicate: tally.duplicated += 1
        case .unclassified: tally.unclassified += 1
        case .neverSent: tally.corrupted += 1
        }
        let isNew = arrival == .inOrder || arrival == .reordered
        tally.delivered += isNew ? 1 : 0
        return isNew
    }
}

import BeaconBasics
import BeaconCluster

/// One exchange over a stream: a request there, a reply back.
struct SimStream: Sendable {
    var opener: Int
    var openerLife: UInt32
    var id: StreamID
    var server: Int
    /// The record under way.
    var record: [UInt8]
    var generation: UInt32
    var isOpen = false
}

/// Streams by slot; a slot's generation tells its present stream from earlier ones.
struct StreamTable: Sendable {
    private(set) var streams: [SimStream] = []
    private var free: [Int] = []

    var open: Int { streams.count - free.count }

    mutating func add(_ stream: SimStream) -> (slot: Int, generation: UInt32) {
        guard let slot = free.popLast() else {
            streams.append(stream)
            streams[streams.count - 1].isOpen = true
            return (streams.count - 1, stream.generation)
        }
        let generation = streams[slot].generation &+ 1
        streams[slot] = stream
        streams[slot].generation = generation
        streams[slot].isOpen = true
        return (slot, generation)
    }

    func find(_ slot: Int, _ generation: UInt32) -> SimStream? {
        slot < streams.count && streams[slot].isOpen && streams[slot].generation == generation ? streams[slot] : nil
    }

    mutating func setRecord(_ slot: Int, _ record: [UInt8]) { streams[slot].record = record }

    mutating func close(_ slot: Int) {
        streams[slot].isOpen = false
        streams[slot].record = []
        free.append(slot)
    }

    /// What the serving core knows a stream by; told apart from ids that it gives itself.
    static func serverID(_ slot: Int, _ generation: UInt32) -> StreamID {
        StreamID(1 << 63 | UInt64(generation) << 24 | UInt64(slot))
    }

    static func slot(of id: StreamID) -> (Int, UInt32) {
        (Int(id.rawValue & 0xFF_FFFF), UInt32(truncatingIfNeeded: id.rawValue >> 24))
    }
}

extension Simulation {
    /// The shell gives an exchange so much time in all.
    static let streamLimit = Delay.seconds(5)
    static let largestRecord = 1 << 20

    func openStream(
        _ id: StreamID, _ request: [UInt8], from host: Host, _ process: BeaconProcess, to address: Address
    ) {
        guard let to = Host.index(of: address), to < hosts.count else {
            return fail(.contract, "a stream to \(address), where nobody ever was", [host.index])
        }
        if request.count > Self.largestRecord { fail(.contract, "a record of \(request.count) bytes", [host.index]) }
        trace.record(
            TraceRecord(
                at: now, what: .streamOpened, host: UInt32(host.index), other: UInt32(to), detail: Self.tail(request)))
        host.traffic.count(Network.streamBytes(request.count) + 180, at: now)
        let (slot, generation) = streams.add(
            SimStream(
                opener: host.index, openerLife: process.life, id: id, server: to, record: request, generation: 0))
        if streams.open > 64 * hosts.count { fail(.s14, "\(streams.open) streams are open", [host.index]) }
        queue.push(
            .streamTimeout, at: now + Self.streamLimit, host: host.index, first: UInt32(slot), second: generation)
        guard let connect = network.connectDelay(from: host.index, to: to, at: now, limit: Self.streamLimit),
            let transfer = network.transferDelay(
                request.count + 4, from: host.index, to: to, at: now + connect, limit: Self.streamLimit)
        else { return }
        queue.push(
            .streamRequest, at: now + connect + transfer, host: to, first: UInt32(slot), second: generation)
    }

    /// The request has arrived.
    func streamRequested(_ event: Event, at host: Host) {
        guard let stream = streams.find(Int(event.first), event.second) else { return }
        guard !network.isBlocked(from: stream.opener, to: host.index) else { return }
        guard let process = host.process else {
            // Nobody listens: refused, unless the host is gone too.
            if !host.isSilent {
                answer(Int(event.first), event.second, nil, after: network.base(stream.opener, host.index))
            }
            return
        }
        trace.record(
            TraceRecord(
                at: now, what: .streamArrived, host: event.host, other: UInt32(stream.opener),
                detail: Self.tail(stream.record)))
        report.reached(.streams)
        let id = StreamTable.serverID(Int(event.first), event.second)
        // A connection's source port is not the control port.
        let source = hosts[stream.opener].control.with(port: 40_000)
        process.cluster.serve(stream.record.span.bytes, on: id, from: source, at: host.clock.time(at: now))
        settle(host, process)
    }

    func replyOnStream(_ id: StreamID, _ bytes: [UInt8], at host: Host) {
        let (slot, generation) = StreamTable.slot(of: id)
        guard let stream = streams.find(slot, generation), stream.server == host.index else { return }
        if bytes.count > Self.largestRecord { fail(.contract, "a record of \(bytes.count) bytes", [host.index]) }
        host.traffic.count(Network.streamBytes(bytes.count) + 120, at: now)
        guard
            let transfer = network.transferDelay(
                bytes.count + 4, from: host.index, to: stream.opener, at: now, limit: Self.streamLimit)
        else { return }
        answer(slot, generation, bytes, after: transfer)
    }

    func closeStream(_ id: StreamID, at host: Host) {
        let (slot, generation) = StreamTable.slot(of: id)
        guard let stream = streams.find(slot, generation), stream.server == host.index else { return }
        answer(slot, generation, nil, after: network.base(host.index, stream.opener))
    }

    private func answer(_ slot: Int, _ generation: UInt32, _ reply: [UInt8]?, after delay: Delay) {
        let opener = streams.streams[slot].opener
        streams.setRecord(slot, reply ?? [])
        queue.push(
            reply == nil ? .streamTimeout : .streamReply, at: now + delay, host: opener, first: UInt32(slot),
            second: generation)
    }

    func streamAnswered(_ event: Event, at host: Host) {
        guard let stream = streams.find(Int(event.first), event.second),
            !network.isBlocked(from: stream.server, to: stream.opener)
        else { return }
        streamEnded(Int(event.first), stream, reply: stream.record, at: host)
    }

    func streamTimedOut(_ event: Event, at host: Host) {
        guard let stream = streams.find(Int(event.first), event.second) else { return }
        report.exercised(.streamFailure)
        streamEnded(Int(event.first), stream, reply: nil, at: host)
    }

    private func streamEnded(_ slot: Int, _ stream: SimStream, reply: [UInt8]?, at host: Host) {
        streams.close(slot)
        guard let process = host.process, process.life == stream.openerLife else { return }
        trace.record(
            TraceRecord(
                at: now, what: reply == nil ? .streamFailed : .streamAnswered, host: UInt32(host.index),
                other: UInt32(stream.server), detail: Self.tail(reply ?? [])))
        process.cluster.streamEnded(stream.id, reply: reply, at: host.clock.time(at: now))
        settle(host, process)
    }
}

import BeaconBasics
import BeaconCluster
import BeaconRelay
import BeaconWire

/// A relayed frame on its way.
struct Frame: Sendable {
    var bytes: [UInt8]
    var source: Address
    /// The host that its sender gave it to, and the node it is for.
    let entry: Int
    let destination: Int
    let sentAt: Moment
    /// Times it has gone from beacon to beacon.
    var crossings = 0
    /// Hosts that it has been at.
    var path: [Int] = []
}

/// Frames between daemons, through the production data plane of every beacon on their way: S12, L9 and the routes of L12.
extension Simulation {
    /// More would be a loop.
    static let maximumCrossings = 2
    func sendFrame(at host: Host) {
        guard !nodes.isEmpty, host.process != nil, host.pace.isNormal else { return }
        let (from, to) = (dice.below(nodes.count), dice.below(nodes.count))
        report.frames += 1
        let bytes = Self.frame(from: SimNode.id(from), to: SimNode.id(to), number: report.frames)
        let frame = Frame(
            bytes: bytes, source: nodes[from].address, entry: host.index, destination: to, sentAt: now)
        pass(frame, at: host)
    }

    private static func frame(from: NodeID, to: NodeID, number: UInt64) -> [UInt8] {
        func big(_ value: UInt64, _ bytes: Int) -> [UInt8] {
            (0..<bytes).reversed().map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
        }
        return [MessageType.relay] + big(UInt64(from.rawValue), 4) + big(UInt64(to.rawValue), 4) + big(number, 8)
    }

    func frameArrived(_ slot: UInt32, at host: Host) {
        guard let frame = frames.take(slot) else { return }
        pass(frame, at: host)
    }

    private func pass(_ frame: Frame, at host: Host) {
        guard let process = host.process, host.pace.isNormal else { return lost(frame, at: host, "nobody there") }
        var frame = frame
        frame.path.append(host.index)
        trace.record(
            TraceRecord(
                at: now, what: .frame, host: UInt32(host.index), other: UInt32(frame.entry),
                detail: UInt64(frame.destination)))
        switch plane(of: host, process).handle(frame.bytes, from: frame.source, at: now) {
        case .dropped(let outcome): lost(frame, at: host, outcome.name)
        case .sent(let bytes, let address):
            frame.bytes = bytes
            if let next = Host.index(ofData: address) {
                cross(frame, from: host, to: next)
            } else {
                deliver(frame, to: address, by: host)
            }
        }
    }

    func put(_ index: Int, _ address: Address, in plane: FramePlane, of host: Host) {
        guard !plane.put(SimNode.id(index), address, at: now) else { return }
        fail(.contract, "the data plane of host \(host.index) did not take node \(index)", [host.index])
    }

    private func plane(of host: Host, _ process: BeaconProcess) -> FramePlane {
        if let plane = process.frames { return plane }
        let plane = FramePlane(
            data: host.data, table: process.table, keys: process.cluster.keys, hash: KeyedHash(using: &dice))
        for index in nodes.indices {
            guard let local = process.nodes[SimNode.id(index).rawValue] else { continue }
            put(index, local.address, in: plane, of: host)
        }
        process.frames = plane
        return plane
    }

    /// From one beacon to another: S12.
    func cross(_ frame: Frame, from host: Host, to next: Int) {
        var frame = frame
        frame.crossings += 1
        frame.source = host.data
        report.reached(.framesCrossed)
        if frame.crossings > Self.maximumCrossings {
            return fail(.s12, "a frame crosses \(frame.crossings) times: \(frame.path), \(next)", [host.index])
        }
        guard next < hosts.count else { return fail(.contract, "a frame to nobody, \(next)", [host.index]) }
        guard !network.isBlocked(from: host.index, to: next), !network.loses(from: host.index, to: next, at: now)
        else { return }
        let delay = network.delay(from: host.index, to: next)
        queue.push(.frame, at: now + delay, host: next, first: frames.put(frame))
    }

    /// To a daemon. One that has moved on does not get it.
    func deliver(_ frame: Frame, to address: Address, by host: Host) {
        guard SimNode.index(of: address) == frame.destination else {
            return fail(.l12, "a frame for node \(frame.destination) goes to \(address)", [host.index])
        }
        let node = nodes[frame.destination]
        guard address == node.address || node.twin >= 0 else { return lost(frame, at: host, "the node has moved") }
        report.reached(.framesDelivered)
    }

    /// L9: nothing but the plan's doing may cost a frame to a node that is registered.
    private func lost(_ frame: Frame, at host: Host, _ reason: String) {
        let index = frame.destination
        let (node, since) = (nodes[index], frame.sentAt)
        guard node.twin < 0, node.movedAt + scenario.directoryLimit <= since, node.registered >= 0, hadAllTime(frame),
            hosts[node.registered].process?.nodes[SimNode.id(index).rawValue]?.address == node.address
        else { return }
        let hosts = Array(Set(frame.path + [frame.entry, node.registered])).sorted()
        for (place, a) in hosts.enumerated() {
            for b in hosts[..<place] where !isPromised(a, b, since: since) { return }
        }
        report.failedNode = index
        fail(.l9, "a frame for node \(index) at \(node.registered), by \(frame.path), is lost: \(reason)", [host.index])
    }

    /// Whether those on its way had been there long enough to know each other, and the node.
    private func hadAllTime(_ frame: Frame) -> Bool {
        let home = nodes[frame.destination].registered
        // A registration under a new address must have had the time to get around.
        guard nodes[frame.destination].firstSettledAt + scenario.directoryLimit <= frame.sentAt else { return false }
        return ([frame.entry, home] + frame.path).allSatisfy { index in
            guard let process = hosts[index].process else { return false }
            return process.startedAt + scenario.bootstrapLimit <= frame.sentAt && isWell(hosts[index])
        }
    }
}

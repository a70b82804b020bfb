import BeaconBasics
import BeaconCluster
import BeaconDirectory

extension Simulation {
    func startTraffic(_ traffic: Traffic) {
        generators.append(traffic)
        if case .hostile = traffic.kind { recorder.isOn = true }
        queue.push(.generator, at: now, first: UInt32(generators.count - 1))
    }

    func generate(_ index: Int) {
        let traffic = generators[index]
        guard now < traffic.until else { return }
        queue.push(.generator, at: now + traffic.every, first: UInt32(index))
        let place =
            traffic.hosts.isEmpty ? dice.below(members) : traffic.hosts[dice.below(traffic.hosts.count)]
        switch traffic.kind {
        case .move: moveSomebody(to: place)
        case .punch: punch(at: hosts[place])
        case .hostile: attack(hosts[place])
        case .frame: sendFrame(at: hosts[place])
        }
    }

    private func moveSomebody(to place: Int) {
        guard !nodes.isEmpty, let process = hosts[place].process, !process.isDraining else { return }
        let index = dice.below(nodes.count)
        guard nodes[index].home != place, nodes[index].twin < 0 else { return }
        if generators.contains(where: { $0.every < .milliseconds(20) }) { report.exercised(.nodeStorm) }
        move(index, to: place)
    }

    private func punch(at host: Host) {
        guard !nodes.isEmpty, let process = host.process, host.pace.isNormal else { return }
        let from = dice.below(nodes.count)
        let to = dice.below(nodes.count)
        guard nodes[from].home == host.index, process.table.find(SimNode.id(to)) != nil else { return }
        process.cluster.punch(
            SimNode.id(from), at: nodes[from].address, target: SimNode.id(to), at: host.clock.time(at: now))
        settle(host, process)
    }
}

/// Datagrams that an eavesdropper has kept.
struct Recorder: Sendable {
    struct Capture: Sendable {
        var bytes: [UInt8]
        var from: Int
        var to: Int
    }

    var isOn = false
    private(set) var captures: [Capture] = []
    private var next = 0
    private var passed = 0

    static let capacity = 512

    /// Every seventh is kept, so that captures of all ages are there.
    mutating func record(_ bytes: [UInt8], from: Int, to: Int) {
        passed += 1
        guard passed % 7 == 0 else { return }
        let capture = Capture(bytes: bytes, from: from, to: to)
        if captures.count < Self.capacity {
            captures.append(capture)
        } else {
            captures[next] = capture
            next = (next + 1) % Self.capacity
        }
    }
}

/// What strangers send: S13 and S16.
extension Simulation {
    /// One hostile datagram for the host; whatever it is, it must not be taken.
    func attack(_ host: Host) {
        guard let process = host.process, host.pace.isNormal else { return }
        var isReplay = false
        guard let bytes = forge(for: host, &isReplay) else { return }
        // From an address of the fleet as often as from elsewhere.
        let source = dice.below(2) == 0 ? hosts[dice.below(members)].control : Self.stranger
        if source == Self.stranger { fromStrangers += UInt64(bytes.count) }
        trace.record(
            TraceRecord(
                at: now, what: .hostile, host: UInt32(host.index), other: UInt32(host.index),
                detail: Self.tail(bytes)))
        strike(host, process, bytes, from: source, isReplay: isReplay)
    }

    /// The datagram arrives; a replay that is taken, twice.
    func strike(_ host: Host, _ process: BeaconProcess, _ bytes: [UInt8], from source: Address, isReplay: Bool) {
        let before = process.cluster.counters
        process.cluster.receive(bytes.span.bytes, from: source, at: host.clock.time(at: now))
        var outcome = HostileOutcome(isReplay: isReplay, before: before, after: process.cluster.counters)
        if isReplay, outcome.after.opened != before.opened {
            process.cluster.receive(bytes.span.bytes, from: source, at: host.clock.time(at: now))
            outcome.again = process.cluster.counters
        }
        if let fault = outcome.fault { fail(.s13, fault, [host.index]) }
        settle(host, process)
    }

    private func forge(for host: Host, _ isReplay: inout Bool) -> [UInt8]? {
        let kind = dice.below(5)
        if kind == 0 { return garbage() }
        guard !recorder.captures.isEmpty else { return nil }
        let capture = recorder.captures[dice.below(recorder.captures.count)]
        var bytes = capture.bytes
        guard bytes.count > 2 else { return nil }
        switch kind {
        case 1:
            report.exercised(.bitFlip)
            bytes[dice.below(bytes.count)] ^= 1 << UInt8(dice.below(8))
        case 2:
            report.exercised(.truncation)
            bytes.removeLast(1 + dice.below(bytes.count - 1))
        case 3:
            report.exercised(.otherVersion)
            bytes[1] &+= UInt8(1 + dice.below(255))
        default:
            report.exercised(.replay)
            isReplay = true
        }
        return bytes
    }

    private func garbage() -> [UInt8] {
        report.exercised(.garbage)
        var bytes = (0..<dice.below(1_400)).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
        // Half of it looks like ours at first sight.
        if dice.below(2) == 0, let capture = recorder.captures.first {
            for place in 0..<min(4, bytes.count, capture.bytes.count) { bytes[place] = capture.bytes[place] }
        }
        return bytes
    }
}

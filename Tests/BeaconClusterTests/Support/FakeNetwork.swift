import BeaconBasics
import BeaconCrypto
import BeaconDirectory

@testable import BeaconCluster

/// A few beacons and what is between them, in virtual time: one seed, one order of events.
final class FakeNetwork {
    private(set) var beacons: [FakeBeacon] = []
    var now = Moment(nanoseconds: 1_000_000_000_000)
    /// One way.
    var delay = Delay.milliseconds(2)
    /// Of datagrams, in a thousand.
    var lossPerMille = 0
    /// What the network does with a datagram: false loses it.
    var passes: (_ from: Address, _ to: Address) -> Bool = { _, _ in true }
    var passesStreams: (_ from: Address, _ to: Address) -> Bool = { _, _ in true }

    private var dice: SeededRandom
    private var arrivals: [Arrival] = []
    private var sequence = 0
    /// Steps since time last moved.
    private var stillness = 0

    private struct Arrival {
        var at: Moment
        var sequence: Int
        var event: Event
    }

    private enum Event {
        case datagram([UInt8], from: Address, to: Address)
        case request([UInt8], StreamID, from: Address, to: Address)
        case reply([UInt8]?, StreamID, to: Address)
        case probeDone(ProbeID, ProbeResult, at: Address)
    }

    static let epoch: UInt64 = 1_700_000_000_000

    init(seed: UInt64 = 1) { dice = SeededRandom(seed: seed) }

    func time(_ beacon: FakeBeacon) -> ClusterTime { time(beacon.clockError) }

    private func time(_ clockError: Int64) -> ClusterTime {
        let unix = Int64(Self.epoch) + Int64(now.nanoseconds / 1_000_000)
        return ClusterTime(now, unixMilliseconds: UInt64(unix + clockError))
    }

    // MARK: Beacons

    /// A beacon that starts now; `host` tells apart two processes of one id.
    @discardableResult
    func start(
        _ number: UInt32, ring: [[UInt8]] = [fleetSecret], label: String = "", clockError: Int64 = 0, host: UInt32 = 0,
        nodes: Int = 4_096
    ) -> FakeBeacon {
        let address = FakeBeacon.address(number, host: host)
        let at = time(clockError)
        var settings = ClusterSettings(me: FakeBeacon.member(number, session: at.unixMilliseconds, at: address))
        settings.label = label
        let table = DirectoryTable(capacity: nodes, hash: KeyedHash(using: &dice))
        let cluster = Cluster(settings, keys: KeyRing(ring)!, table: table, seed: dice.next(), at: at)
        let beacon = FakeBeacon(cluster, table, at: address)
        beacon.clockError = clockError
        beacons.removeAll { $0.address == address }
        beacons.append(beacon)
        drain(beacon)
        return beacon
    }

    /// 1 … `count`; every one knows the first's address.
    func startFleet(_ count: UInt32, ring: [[UInt8]] = [fleetSecret], joined: Bool = true) -> [FakeBeacon] {
        let fleet = (1...count).map { number in
            pass(.milliseconds(3))
            return start(number, ring: ring)
        }
        for beacon in fleet.dropFirst() { act(beacon) { $0.contact(fleet[0].address, at: $1) } }
        guard joined else { return fleet }
        _ = wait(.seconds(10)) { fleet.allSatisfy { $0.live.count == Int(count) - 1 } }
        return fleet
    }

    func stop(_ beacon: FakeBeacon) { beacon.isUp = false }

    /// Cuts `beacon` off, both ways and streams too; nil joins everybody again.
    func isolate(_ beacon: FakeBeacon?) {
        let cut = beacon?.address
        passes = { from, to in from != cut && to != cut }
        passesStreams = passes
    }

    func act(_ beacon: FakeBeacon, _ input: (inout Cluster, ClusterTime) -> Void) {
        input(&beacon.cluster, time(beacon))
        drain(beacon)
    }

    /// As if `bytes` had come from `source`.
    func inject(_ bytes: [UInt8], into beacon: FakeBeacon, from source: Address) {
        act(beacon) { $0.receive(bytes.span.bytes, from: source, at: $1) }
    }

    // MARK: Time

    func pass(_ delay: Delay) { _ = wait(delay) { false } }

    /// Lets time pass until `condition` holds, which is looked at after each event; false when it never did.
    func wait(_ limit: Delay, until condition: () -> Bool) -> Bool {
        let end = now + limit
        while !condition() {
            guard let next = nextEvent, next <= end else {
                now = end
                return condition()
            }
            stillness = next > now ? 0 : stillness + 1
            precondition(stillness < 100_000, "time stands still: \(beacons.map { $0.cluster.timers })")
            now = max(now, next)
            step()
        }
        return true
    }

    private var nextEvent: Moment? {
        let deadlines = beacons.lazy.filter(\.isUp).map { $0.cluster.deadline }
        let times = arrivals.map(\.at) + deadlines.filter { $0 != Moment(nanoseconds: .max) }
        return times.min()
    }

    private func step() {
        if let index = arrivals.indices.min(by: { key(arrivals[$0]) < key(arrivals[$1]) }), arrivals[index].at <= now {
            return arrive(arrivals.remove(at: index).event)
        }
        for beacon in beacons where beacon.isUp && beacon.cluster.deadline <= now {
            act(beacon) { $0.advance(to: $1) }
        }
    }

    private func key(_ arrival: Arrival) -> (UInt64, Int) { (arrival.at.nanoseconds, arrival.sequence) }

    // MARK: Events

    private func schedule(_ event: Event, after delay: Delay) {
        sequence += 1
        arrivals.append(Arrival(at: now + delay, sequence: sequence, event: event))
    }

    private func beacon(_ address: Address) -> FakeBeacon? { beacons.first { $0.address == address && $0.isUp } }

    private func arrive(_ event: Event) {
        switch event {
        case .datagram(let bytes, let from, let to):
            if let beacon = beacon(to) { inject(bytes, into: beacon, from: from) }
        case .request(let bytes, let stream, let from, let to):
            guard let beacon = beacon(to) else { return schedule(.reply(nil, stream, to: from), after: delay) }
            serve(bytes, stream, from, beacon)
        case .reply(let bytes, let stream, let to):
            if let beacon = beacon(to) { act(beacon) { $0.streamEnded(stream, reply: bytes, at: $1) } }
        case .probeDone(let probe, let result, let address):
            if let beacon = beacon(address) { act(beacon) { $0.answer(probe, result, at: $1) } }
        }
    }

    private func serve(_ bytes: [UInt8], _ stream: StreamID, _ from: Address, _ beacon: FakeBeacon) {
        beacon.cluster.serve(bytes.span.bytes, on: stream, from: from, at: time(beacon))
        drain(beacon, replyingTo: from)
    }

    private func drain(_ beacon: FakeBeacon, replyingTo asker: Address? = nil) {
        while let output = beacon.cluster.poll() { take(output, of: beacon, asker) }
    }

    private func take(_ output: ClusterOutput, of beacon: FakeBeacon, _ asker: Address?) {
        switch output {
        case .datagram(let bytes, let to): send(bytes, beacon, to)
        case .streamOpen(let stream, let to, let request):
            guard passesStreams(beacon.address, to) else { return }
            schedule(.request(request, stream, from: beacon.address, to: to), after: delay)
        case .streamReply(let stream, let bytes):
            if let asker { schedule(.reply(bytes, stream, to: asker), after: delay) }
        case .streamClose(let stream):
            if let asker { schedule(.reply(nil, stream, to: asker), after: delay) }
        case .withdraw(let node, let by): beacon.withdrawn.append((node, by))
        case .moved(let node, let data): beacon.moved.append((node, data, now))
        case .probe(let probe, let node, _):
            beacon.probes.append(node)
            guard beacon.answersProbes else { return }
            let (result, wait) = self.result(of: node, at: beacon)
            schedule(.probeDone(probe, result, at: beacon.address), after: wait)
        case .claimDecided(let node, let claimant, let outcome):
            beacon.decisions.append((node, claimant, outcome, now))
        case .punch(let node, let to, let peer): beacon.punches.append((node, to, peer))
        case .punchTarget(let punch, let node, let asked):
            beacon.targeted.append((node, asked))
            let address = beacon.registered[node]
            beacon.cluster.punched(punch, target: address, at: time(beacon))
        case .keysChanged(let ring): beacon.rings.append(ring)
        case .event(let event): beacon.events.append(event)
        case .left: beacon.hasLeft = true
        }
    }

    private func result(of node: NodeID, at beacon: FakeBeacon) -> (ProbeResult, after: Delay) {
        if beacon.busyProbes > 0 {
            beacon.busyProbes -= 1
            return (.busy, .milliseconds(0))
        }
        return beacon.living.contains(node) ? (.lives, .milliseconds(10)) : (.gone, .milliseconds(500))
    }

    private func send(_ bytes: [UInt8], _ beacon: FakeBeacon, _ to: Address) {
        beacon.sent.append((bytes, to))
        guard passes(beacon.address, to), Int.random(in: 0..<1_000, using: &dice) >= lossPerMille else { return }
        schedule(.datagram(bytes, from: beacon.address, to: to), after: delay)
    }
}

import BeaconBasics
import BeaconCluster
import BeaconCrypto
import BeaconDirectory
import BeaconMembership
import BeaconWire

/// One beacon, its peers' seals, and what must hold whatever it is sent.
struct FuzzedBeacon: ~Copyable {
    /// What a script may let pass: about as long as a round trip, a probe, a claim, a suspicion, a stream and a quarantine
    /// live.
    private static let steps: [UInt64] = [
        1, 5, 20, 60, 150, 301, 501, 1_001, 2_001, 3_001, 5_001, 12_001, 30_001, 61_000, 601_000, 90_000_000,
    ]
    private static let secrets: [[UInt8]] = (1...3).map { [UInt8](repeating: $0, count: 32) }

    private var cluster: Cluster
    private var peers: [Seal]
    private var now = ClusterTime(Moment(nanoseconds: 1_000_000_000_000), unixMilliseconds: 1_700_000_000_000)
    private var counter: UInt64 = 0
    private var streams: [(id: StreamID, request: [UInt8])] = []
    private var probes: [ProbeID] = []
    private var punches: [PunchID] = []
    private var lastSealed: [UInt8] = []
    private var outputs = 0

    init() {
        let me = Member(
            beacon: BeaconID(1), session: SessionID(1_700_000_000_000), control: Self.address(1),
            data: Self.address(1).with(port: 9_001))
        let table = DirectoryTable(capacity: 64, hash: KeyedHash(k0: 0x1234_5678, k1: 0x9ABC_DEF1))
        let ring = KeyRing(Array(Self.secrets[..<2]))!
        cluster = Cluster(ClusterSettings(me: me), keys: ring, table: table, seed: 1, at: now)
        // 2 … 4 are members to be, 1 is a second process with our own id.
        peers = [2, 3, 4, 1].map { (number: UInt32) in
            let origin = SealOrigin(sender: BeaconID(number), session: SessionID(1_700_000_000_000), salt: 9)
            return Seal(ring: ring, origin: origin, label: "")
        }
    }

    static func address(_ number: UInt32) -> Address { Address(ipv4: 0x0A00_0000 + number, port: 9_011) }

    private func source(_ argument: Int) -> Address { Self.address(UInt32(argument % 4) + 2) }

    mutating func perform(_ act: Act, _ argument: Int, _ script: inout Script) {
        let node = NodeID(UInt32(argument))
        switch act {
        case .forged: receive(script.text(), from: argument)
        case .sealed, .sealedToAnybody:
            let recipient = act == .sealed ? BeaconID(1) : nil
            lastSealed = seal(script.text(), argument, as: .datagram, for: recipient)
            receive(lastSealed, from: argument)
        case .replay: receive(lastSealed, from: argument)
        case .request:
            let record = seal(script.text(), argument, as: .streamRequest, for: BeaconID(1))
            cluster.serve(record.span.bytes, on: StreamID(1 << 40), from: source(argument), at: now)
        case .reply: reply(script.text(), argument)
        case .noReply: if let stream = streams.popLast() { cluster.streamEnded(stream.id, reply: nil, at: now) }
        case .pass: pass(Self.steps[argument])
        case .register: cluster.registered(node, at: now)
        case .unregister: cluster.unregistered(node, at: now)
        case .claim: cluster.claim(node, by: Address(ipv4: 0xCB00_7101, port: UInt16(argument + 1)), at: now)
        case .punch:
            cluster.punch(NodeID(99), at: Address(ipv4: 0xCB00_7101, port: 7), target: node, at: now)
        case .answer: answer(argument)
        case .contact: cluster.contact(source(argument), at: now)
        case .operate: operate(argument)
        case .raiseSession:
            let peer = argument % peers.count
            peers[peer].use(session: SessionID(peers[peer].origin.session.rawValue + 1))
        }
        drain()
    }

    private mutating func receive(_ datagram: [UInt8], from argument: Int) {
        cluster.receive(datagram.span.bytes, from: source(argument), at: now)
    }

    private mutating func seal(
        _ text: [UInt8], _ argument: Int, as kind: SealKind, for recipient: BeaconID?, answering: SealedHeader? = nil
    ) -> [UInt8] {
        counter += 1
        let peer = peers[argument % peers.count]
        // Bit 3: the key that is only second.
        let keyID = argument & 8 == 0 ? nil : peer.ring.keyIDs.last
        return peer.seal(text, as: kind, counter: counter, for: recipient, keyID: keyID, answering: answering)
    }

    private mutating func reply(_ text: [UInt8], _ argument: Int) {
        guard let stream = streams.popLast(),
            case .success(let request) = SealedHeader.parse(stream.request.span.bytes)
        else { return }
        let record = seal(text, argument, as: .streamReply, for: BeaconID(1), answering: request)
        cluster.streamEnded(stream.id, reply: record, at: now)
    }

    private mutating func answer(_ argument: Int) {
        if argument & 1 == 0, let probe = probes.popLast() {
            cluster.answer(probe, argument & 2 == 0 ? .lives : .gone, at: now)
        } else if let punch = punches.popLast() {
            cluster.punched(punch, target: argument & 2 == 0 ? nil : Address(ipv4: 0xC633_6401, port: 1), at: now)
        }
    }

    private mutating func operate(_ argument: Int) {
        switch argument {
        case 0...2: _ = cluster.rotate(to: Self.secrets[argument], at: now)
        case 3, 4: cluster.setDrain(argument == 3 ? DrainDeadline(unixSeconds: UInt32(argument)) : nil, at: now)
        case 5...7: _ = cluster.forget(BeaconID(UInt32(argument - 3)), at: now)
        case 8: cluster.leave(at: now)
        case 9: cluster.setKeys(KeyRing(Self.secrets)!, at: now)
        default: break
        }
    }

    /// Timers must do what they are there for: one that is due again at once would hold the beacon for ever.
    private mutating func pass(_ milliseconds: UInt64) {
        let end = now.moment + .milliseconds(milliseconds)
        for _ in 0..<200 where cluster.deadline <= end {
            let next = max(cluster.deadline, now.moment)
            move(to: next)
            precondition(cluster.deadline > next, "a timer that stands still")
        }
        move(to: max(end, now.moment))
    }

    private mutating func move(to moment: Moment) {
        let passed = moment.since(now.moment).nanoseconds / 1_000_000
        now = ClusterTime(moment, unixMilliseconds: now.unixMilliseconds + passed)
        cluster.advance(to: now)
        drain()
    }

    private mutating func drain() {
        var count = 0
        while let output = cluster.poll() {
            count += 1
            precondition(count < 100_000, "outputs without end")
            take(output)
        }
    }

    private mutating func take(_ output: ClusterOutput) {
        switch output {
        case .datagram(let bytes, let to):
            precondition(bytes.count <= 1_232 && bytes.count >= SealedHeader.overhead)
            precondition(to.isReplyable, "a datagram to nowhere")
        case .streamOpen(let id, let to, let request):
            precondition(request.count <= 1 << 20 && to.isReplyable)
            if streams.count < 16 { streams.append((id, request)) }
        case .streamReply(_, let bytes): precondition(bytes.count <= 1 << 20)
        case .probe(let probe, _, let claimant):
            precondition(claimant.isReplyable)
            if probes.count < 16 { probes.append(probe) }
        case .punchTarget(let punch, _, let asked):
            precondition(asked.address.isReplyable && asked.grant?.signature.count ?? 64 == 64)
            if punches.count < 16 { punches.append(punch) }
        case .punch(_, let to, let peer): precondition(to.isReplyable && peer.isReplyable)
        default: break
        }
    }

    func check() {
        let counters = cluster.counters
        precondition(counters.datagramsReceived == counters.opened + counters.dropped.reduce(0, +))
        precondition(cluster.keys.secrets.count <= KeyRing.maximumKeys)
        precondition(cluster.me.beacon == BeaconID(1))
        precondition(!cluster.members.contains { $0.member.beacon == BeaconID(1) }, "a row of ourselves")
    }
}

import BeaconBasics
import BeaconMembership
import BeaconWire

/// A fleet of memberships in virtual time, from one seed: loss, delay, crashes, partitions, one-way links. Messages travel
/// as bytes. What each member says of each other is checked at every step (gossip.md §5.1, S1–S6).
struct FakeNetwork {
    struct Host {
        var membership: Membership
        var isUp = true
        /// Datagrams and wake-ups reach it this much later.
        var slowness: Delay = .milliseconds(0)
        var group = 0
        var wake = Moment(nanoseconds: .max)
        var life = 0
        var bytesSent = 0
        var datagramsSent = 0
        var streamBytes = 0
        var hasLeft = false
        var raised: [SessionID] = []
        var duplicates: [Bool] = []
    }

    /// A row of one observer that has changed.
    struct Step {
        var at: Moment
        var observer: Int
        var change: MemberChange
    }

    private enum Event {
        case wake(host: Int, life: Int)
        case datagram([UInt8], from: BeaconID, SessionID, source: Address, to: Address)
        case exchange([UInt8], from: Int, life: Int, ticket: UInt64, to: Address)
        case reply([UInt8]?, host: Int, life: Int, ticket: UInt64)
    }

    private(set) var now = Moment(nanoseconds: 1_000_000_000_000)
    var hosts: [Host] = []
    var lossPerMille = 0
    /// One way.
    var delay = (from: Delay.milliseconds(1), to: Delay.milliseconds(3))
    var cutOneWay: Set<[Int]> = []
    var streamsWork = true
    var datagramsWork = true
    /// All steps, if they are to be kept.
    var keepsSteps = true
    private(set) var steps: [Step] = []
    private(set) var falseDeaths: [Step] = []
    private(set) var violations: [String] = []
    private(set) var suspicions = 0
    /// By host: when it went down.
    private var events = EventHeap<Event>()
    private var random: SeededRandom
    private var hostOf: [Address: Int] = [:]
    private var last: [[Int: Member]] = []

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    static func control(_ host: Int) -> Address {
        Address(ipv4: 0x0A00_0000 + UInt32(host + 1), port: 9_011)
    }

    func index(of beacon: BeaconID) -> Int { Int(beacon.rawValue) - 1 }

    @discardableResult
    mutating func start(
        _ settings: MembershipSettings = MembershipSettings(), contacts: [Int] = [], session: UInt64? = nil,
        beacon: UInt32? = nil
    ) -> Int {
        let host = hosts.count
        hosts.append(Host(membership: make(host, beacon ?? UInt32(host + 1), settings, session)))
        last.append([:])
        hostOf[Self.control(host)] = host
        for contact in contacts { hosts[host].membership.contact(Self.control(contact), at: now) }
        drain(host)
        return host
    }

    private mutating func make(
        _ host: Int, _ beacon: UInt32, _ settings: MembershipSettings, _ session: UInt64?
    ) -> Membership {
        let control = Self.control(host)
        let me = Member(
            beacon: BeaconID(beacon), session: SessionID(session ?? now.nanoseconds / 1_000_000), control: control,
            data: control.with(port: 9_001))
        return Membership(me, settings: settings, seed: random.next(), at: now)
    }

    mutating func crash(_ host: Int) { hosts[host].isUp = false }

    /// After something was done to a host's membership directly.
    mutating func poke(_ host: Int) { drain(host) }

    mutating func leave(_ host: Int) {
        hosts[host].membership.leave(at: now)
        drain(host)
    }

    mutating func forget(_ host: Int, at observer: Int) -> Bool {
        defer { drain(observer) }
        return hosts[observer].membership.forget(hosts[host].membership.me.beacon, at: now)
    }

    /// A new process at the same address.
    mutating func restart(
        _ host: Int, _ settings: MembershipSettings = MembershipSettings(), contacts: [Int], session: UInt64? = nil
    ) {
        let beacon = hosts[host].membership.me.beacon.rawValue
        hosts[host].membership = make(host, beacon, settings, session)
        hosts[host].isUp = true
        hosts[host].hasLeft = false
        hosts[host].life += 1
        hosts[host].wake = Moment(nanoseconds: .max)
        last[host] = [:]
        for contact in contacts { hosts[host].membership.contact(Self.control(contact), at: now) }
        drain(host)
    }

    /// A fleet of `count` that knows itself, as after a long while.
    static func settled(_ count: Int, seed: UInt64, _ settings: MembershipSettings = MembershipSettings())
        -> FakeNetwork
    {
        var network = FakeNetwork(seed: seed)
        network.keepsSteps = false
        for _ in 0..<count { network.start(settings, contacts: count > 1 ? [0, 1, 2].filter { $0 < count } : []) }
        for _ in 0..<40 where !network.isSettled { network.run(.milliseconds(500)) }
        network.run(.seconds(2))
        for host in network.hosts.indices {
            network.hosts[host].bytesSent = 0
            network.hosts[host].datagramsSent = 0
            network.hosts[host].streamBytes = 0
        }
        network.keepsSteps = true
        return network
    }

    /// Everybody up is alive to everybody up, and nobody else is.
    var isSettled: Bool {
        let up = hosts.indices.filter { hosts[$0].isUp && !hosts[$0].hasLeft }
        return up.allSatisfy { observer in
            let seen = hosts[observer].membership.members.filter { $0.member.state == .alive }
            return seen.count == up.count - 1
                && seen.allSatisfy {
                    let host = index(of: $0.member.beacon)
                    return hosts[host].isUp && !hosts[host].hasLeft
                        && hosts[host].membership.me.session == $0.member.session
                }
        }
    }

    /// Hosts up to which `host` is as `isSo` says.
    func count(of host: Int, where isSo: (Member?) -> Bool) -> Int {
        let beacon = hosts[host].membership.me.beacon
        return hosts.indices.filter { $0 != host && hosts[$0].isUp && isSo(hosts[$0].membership.member(beacon)) }.count
    }

    // MARK: Running

    mutating func run(_ time: Delay) {
        let end = now + time
        while let at = events.first, at <= end {
            let (_, event) = events.pop()!
            now = max(now, at)
            handle(event)
        }
        now = end
    }

    /// Runs until it is so; nil if it is not within `limit`.
    mutating func run(until isSo: (FakeNetwork) -> Bool, within limit: Delay, looking every: Delay = .milliseconds(50))
        -> Delay?
    {
        let start = now
        while !isSo(self) {
            guard now.since(start) < limit else { return nil }
            run(every)
        }
        return now.since(start)
    }

    private mutating func handle(_ event: Event) {
        switch event {
        case .wake(let host, let life):
            guard hosts[host].isUp, hosts[host].life == life, hosts[host].wake <= now else { return }
            hosts[host].wake = Moment(nanoseconds: .max)
            hosts[host].membership.advance(to: now)
            drain(host)
        case .datagram(let bytes, let sender, let session, let source, let to):
            guard let host = hostOf[to], hosts[host].isUp else { return }
            let messages = Self.messages(bytes)
            if messages == nil { violations.append("a datagram that does not decode") }
            for message in messages ?? [] {
                hosts[host].membership.receive(message, from: sender, session: session, source: source, at: now)
            }
            drain(host)
        case .exchange(let request, let from, let life, let ticket, let to):
            serve(request, from, life, ticket, to)
        case .reply(let reply, let host, let life, let ticket):
            guard hosts[host].isUp, hosts[host].life == life else { return }
            hosts[host].membership.exchangeEnded(ticket, reply: reply, at: now)
            drain(host)
        }
    }

    private mutating func serve(_ request: [UInt8], _ from: Int, _ life: Int, _ ticket: UInt64, _ to: Address) {
        guard let host = hostOf[to], streamsWork, passes(from, host), passes(host, from) else {
            return events.push(.reply(nil, host: from, life: life, ticket: ticket), at: now + .seconds(3))
        }
        guard hosts[host].isUp else {
            return events.push(.reply(nil, host: from, life: life, ticket: ticket), at: now + transit())
        }
        let reply = hosts[host].membership.serve(request, from: hosts[from].membership.me.beacon, at: now)
        hosts[from].streamBytes += request.count + 200
        hosts[host].streamBytes += (reply?.count ?? 0) + 200
        drain(host)
        events.push(.reply(reply, host: from, life: life, ticket: ticket), at: now + transit())
    }

    static func messages(_ bytes: [UInt8]) -> [MembershipMessage]? {
        var reader = ControlReader(bytes)
        var messages: [MembershipMessage] = []
        while !reader.isAtEnd {
            guard let type = reader.take8(), let length = reader.takeVarint(), length <= 1_232,
                var body = reader.takeReader(Int(length)), let message = MembershipMessage(type: type, &body)
            else { return nil }
            messages.append(message)
        }
        return messages
    }

    private func passes(_ from: Int, _ to: Int) -> Bool {
        hosts[from].group == hosts[to].group && (cutOneWay.isEmpty || !cutOneWay.contains([from, to]))
    }

    private mutating func transit() -> Delay {
        let span = delay.to.nanoseconds - delay.from.nanoseconds
        return Delay(nanoseconds: delay.from.nanoseconds + (span == 0 ? 0 : random.next() % (span + 1)))
    }

    private mutating func isLost() -> Bool { lossPerMille > 0 && Int(random.next() % 1_000) < lossPerMille }

    /// What a stream's handshake and its two records take; a lost segment costs a retransmission.
    private mutating func streamDelay() -> Delay {
        var time: UInt64 = 0
        for leg in 0..<3 {
            time += transit().nanoseconds
            var patience: UInt64 = leg < 2 ? 1_000_000_000 : 200_000_000
            while isLost(), patience < 32_000_000_000 {
                time += patience
                patience *= 2
            }
        }
        return Delay(nanoseconds: time)
    }

    // MARK: Outputs

    private mutating func drain(_ host: Int) {
        var packets: [(to: Address, beacon: BeaconID?, writer: ControlWriter)] = []
        while let output = hosts[host].membership.poll() {
            switch output {
            case .send(let message, let to, let beacon):
                let length = message.bodyLength + 3
                if let place = packets.lastIndex(where: { $0.to == to }), packets[place].writer.count + length <= 1_190
                {
                    message.write(&packets[place].writer)
                } else {
                    var writer = ControlWriter()
                    message.write(&writer)
                    packets.append((to, beacon, writer))
                }
            case .exchange(let ticket, let to, let request):
                events.push(
                    .exchange(request, from: host, life: hosts[host].life, ticket: ticket, to: to),
                    at: now + streamDelay())
            case .changed(let change): note(change, host)
            case .forgotten(let beacon): last[host][Int(beacon.rawValue)] = nil
            case .sessionRaised(let session): hosts[host].raised.append(session)
            case .duplicate(_, let weKeepIt): hosts[host].duplicates.append(weKeepIt)
            case .left: hosts[host].hasLeft = true
            }
        }
        for var packet in packets {
            hosts[host].membership.appendRumours(
                &packet.writer, room: 1_190 - packet.writer.count, to: packet.beacon, at: now)
            dispatch(packet.writer.bytes, host, packet.to)
        }
        let deadline = hosts[host].membership.deadline
        guard hosts[host].isUp, deadline < hosts[host].wake else { return }
        hosts[host].wake = deadline
        events.push(.wake(host: host, life: hosts[host].life), at: max(now, deadline) + hosts[host].slowness)
    }

    private mutating func dispatch(_ bytes: [UInt8], _ host: Int, _ to: Address) {
        if bytes.count > 1_192 { violations.append("a datagram of \(bytes.count) bytes") }
        hosts[host].bytesSent += bytes.count + 68
        hosts[host].datagramsSent += 1
        guard datagramsWork, let target = hostOf[to], passes(host, target), !isLost() else { return }
        let me = hosts[host].membership.me
        events.push(
            .datagram(bytes, from: me.beacon, me.session, source: Self.control(host), to: to),
            at: now + transit() + hosts[target].slowness)
    }

    // MARK: What must always hold

    private mutating func note(_ change: MemberChange, _ observer: Int) {
        let new = change.member
        let key = Int(new.beacon.rawValue)
        let step = Step(at: now, observer: observer, change: change)
        if keepsSteps { steps.append(step) }
        if new.beacon == hosts[observer].membership.me.beacon { violations.append("S6: a row of itself") }
        let old = last[observer][key]
        if change.previous != old { violations.append("a step is missing: \(String(describing: old)) \(change)") }
        if let old, !Self.isLater(new, old) { violations.append("S1-S3: \(old) -> \(new)") }
        last[observer][key] = new
        let host = index(of: new.beacon)
        guard host < hosts.count else { return }
        let truth = hosts[host].membership.me
        if new.session == truth.session, new.incarnation > truth.incarnation {
            violations.append("S1: incarnation raised by another: \(new)")
        }
        if new.state == .suspect { suspicions += 1 }
        guard new.state == .dead, let old, old.session == new.session, old.state != .left else { return }
        if old.state != .dead, change.evidence?.accusers.isEmpty != false { violations.append("S4: \(change)") }
        if hosts[host].isUp, !hosts[host].hasLeft, hosts[host].group == hosts[observer].group, old.state != .dead,
            truth.session == new.session
        {
            falseDeaths.append(step)
        }
    }

    static func isLater(_ a: Member, _ b: Member) -> Bool {
        (a.session.rawValue, a.incarnation, a.state.rawValue) > (b.session.rawValue, b.incarnation, b.state.rawValue)
    }
}

/// What happens next; of one moment, what was planned first.
struct EventHeap<Event> {
    private var keys: [(at: UInt64, order: UInt64, slot: Int)] = []
    private var store: [Event?] = []
    private var free: [Int] = []
    private var order: UInt64 = 0

    var first: Moment? { keys.first.map { Moment(nanoseconds: $0.at) } }

    private func isBefore(_ a: Int, _ b: Int) -> Bool { (keys[a].at, keys[a].order) < (keys[b].at, keys[b].order) }

    mutating func push(_ event: Event, at moment: Moment) {
        order += 1
        var slot = store.count
        if let reused = free.popLast() {
            slot = reused
            store[slot] = event
        } else {
            store.append(event)
        }
        keys.append((moment.nanoseconds, order, slot))
        var child = keys.count - 1
        while child > 0, isBefore(child, (child - 1) / 2) {
            keys.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func pop() -> (Moment, Event)? {
        guard let first = keys.first else { return nil }
        let end = keys.removeLast()
        if !keys.isEmpty {
            keys[0] = end
            var parent = 0
            while 2 * parent + 1 < keys.count {
                var least = 2 * parent + 1
                if least + 1 < keys.count, isBefore(least + 1, least) { least += 1 }
                guard isBefore(least, parent) else { break }
                keys.swapAt(least, parent)
                parent = least
            }
        }
        let event = store[first.slot]!
        store[first.slot] = nil
        free.append(first.slot)
        return (Moment(nanoseconds: first.at), event)
    }
}

import BeaconBasics
import BeaconWire

@testable import BeaconDirectory

/// Several directories over a network that loses, delays, duplicates and so reorders, in virtual time and from one
/// seed. Membership is what the test says it is.
final class FakeFleet {
    final class Beacon {
        let id: BeaconID
        var session: SessionID
        var table: DirectoryTable
        var directory: Directory
        var isUp = true
        var superseded: [NodeID] = []
        var events: [DirectoryEvent] = []
        /// Ahead of (or, negative, behind) the true time, in milliseconds.
        var clockError: Int64 = 0

        init(_ id: BeaconID, _ session: SessionID, _ table: DirectoryTable, _ directory: consuming Directory) {
            self.id = id
            self.session = session
            self.table = table
            self.directory = directory
        }

        func owns(_ node: UInt32) -> Bool { directory.isOwn(NodeID(node)) }
    }

    struct Faults {
        /// Of a thousand datagrams.
        var lost: UInt64 = 0
        var duplicated: UInt64 = 0
        var delay: ClosedRange<UInt64> = 1...5
        /// Of a thousand exchanges.
        var cutExchanges: UInt64 = 0
        /// Until an exchange's reply is there, on top of the delay; milliseconds.
        var exchangeDelay: UInt64 = 0
    }

    enum Event {
        case message([UInt8], from: BeaconID, session: SessionID, to: BeaconID)
        case heads([LogHead], from: BeaconID, to: BeaconID)
        case request(UInt64, [UInt8], from: BeaconID, session: SessionID, to: BeaconID)
        case reply(UInt64, [UInt8]?, to: BeaconID, session: SessionID)
        case ping(BeaconID)
        case timer(BeaconID)
    }

    var faults = Faults()
    var settings: DirectorySettings
    var dice: SeededRandom
    private(set) var beacons: [Beacon] = []
    private(set) var now: UInt64 = 0
    private var queue: [UInt64: [Event]] = [:]
    private var times: [UInt64] = []
    private let capacity: Int
    private(set) var datagrams = 0
    private(set) var exchanges = 0
    /// What each (owner, session, cursor) has been seen to be: S7 of the design.
    private var sides: [BeaconID: Int] = [:]
    private var seen: [String: UInt64] = [:]
    private(set) var violations: [String] = []
    static let epoch: UInt64 = 1_790_000_000_000

    init(_ count: Int, seed: UInt64, capacity: Int = 100_000, settings: DirectorySettings = DirectorySettings()) {
        self.settings = settings
        self.capacity = capacity
        dice = SeededRandom(seed: seed)
        for number in 0..<count { start(BeaconID(UInt32(number + 1) * 10)) }
        for beacon in beacons { introduce(beacon) }
    }

    func time(_ beacon: Beacon? = nil) -> ClusterTime {
        ClusterTime(
            Moment(nanoseconds: 1_000_000_000 + now * 1_000_000),
            unixMilliseconds: UInt64(Int64(Self.epoch + now) + (beacon?.clockError ?? 0)))
    }

    subscript(index: Int) -> Beacon { beacons[index] }
    func beacon(_ id: BeaconID) -> Beacon? { beacons.first { $0.id == id } }

    // MARK: Members

    @discardableResult
    func start(_ id: BeaconID) -> Beacon {
        let session = SessionID(max(Self.epoch + now, beacon(id)?.session.rawValue ?? 0) + 1)
        let table = DirectoryTable(capacity: capacity, hash: KeyedHash(using: &dice))
        let directory = Directory(
            me: id, session: session, table: table, settings: settings, seed: dice.next(), at: time())
        let beacon = Beacon(id, session, table, directory)
        if let old = beacons.firstIndex(where: { $0.id == id }) {
            beacons[old] = beacon
        } else {
            beacons.append(beacon)
        }
        schedule(.ping(id), in: UInt64.random(in: 0..<200, using: &dice))
        return beacon
    }

    func member(_ beacon: Beacon, _ state: MemberState = .alive, incarnation: UInt32 = 0) -> Member {
        Member(
            beacon: beacon.id, session: beacon.session, incarnation: incarnation, state: state,
            control: Address(ipv4: 0x7F00_0001, port: 1), data: Self.address(beacon.id))
    }

    static func address(_ id: BeaconID) -> Address { Address(ipv4: 0x0A00_0000 + id.rawValue, port: 9_001) }

    /// Everybody learns of it, and it of everybody.
    func introduce(_ beacon: Beacon) {
        for other in beacons where other !== beacon && other.isUp {
            tell(other, member(beacon))
            tell(beacon, member(other))
        }
    }

    func tell(_ beacon: Beacon, _ member: Member) {
        beacon.directory.memberChanged(member, at: time(beacon))
        drain(beacon)
    }

    func crash(_ beacon: Beacon) { beacon.isUp = false }

    func verdict(_ beacon: Beacon, _ state: MemberState) {
        for other in beacons where other !== beacon && other.isUp { tell(other, member(beacon, state)) }
    }

    func restart(_ id: BeaconID) -> Beacon {
        let beacon = start(id)
        introduce(beacon)
        return beacon
    }

    /// After a time in which it did not run.
    func wake(_ beacon: Beacon) {
        schedule(.timer(beacon.id), in: 1)
        schedule(.ping(beacon.id), in: 1)
    }

    func raiseSession(_ beacon: Beacon) {
        beacon.session = SessionID(beacon.session.rawValue + 1_000_000)
        beacon.directory.restart(session: beacon.session, at: time(beacon))
        drain(beacon)
        for other in beacons where other !== beacon && other.isUp { tell(other, member(beacon)) }
    }

    /// Each side declares the other dead.
    func split(_ a: [Int], _ b: [Int]) {
        sides = Dictionary(uniqueKeysWithValues: a.map { (beacons[$0].id, 0) } + b.map { (beacons[$0].id, 1) })
        for one in beacons {
            for other in beacons where sides[one.id] != sides[other.id] { tell(one, member(other, .dead)) }
        }
    }

    /// The network is whole; a while later, so are the views.
    func heal() {
        sides = [:]
        run(50)
        for one in beacons {
            for other in beacons where one !== other { tell(one, member(other, .alive, incarnation: 1)) }
        }
    }

    private func isCut(_ a: BeaconID, _ b: BeaconID) -> Bool { sides[a] != sides[b] }

    // MARK: Nodes

    func put(_ node: UInt32, _ beacon: Beacon) {
        beacon.directory.put(NodeID(node), at: time(beacon))
        drain(beacon)
    }

    func remove(_ node: UInt32, _ beacon: Beacon) {
        beacon.directory.remove(NodeID(node), .expired, at: time(beacon))
        drain(beacon)
    }

    // MARK: Running

    /// Runs for so many milliseconds.
    func run(_ milliseconds: UInt64) {
        let end = now + milliseconds
        while let next = times.first, next <= end {
            times.removeFirst()
            now = next
            for event in queue.removeValue(forKey: next) ?? [] { deliver(event) }
        }
        now = end
    }

    private func schedule(_ event: Event, in delay: UInt64) {
        let at = now + max(1, delay)
        if queue[at] == nil {
            let position = times.firstIndex { $0 > at } ?? times.count
            times.insert(at, at: position)
        }
        queue[at, default: []].append(event)
    }

    private func deliver(_ event: Event) {
        switch event {
        case .message(let bytes, let sender, let session, let target):
            guard let beacon = beacon(target), beacon.isUp, !isCut(sender, target) else { return }
            var reader = ControlReader(bytes)
            guard let type = reader.take8(), let count = reader.takeVarint(),
                var body = reader.takeReader(Int(count)), let message = DirectoryMessage(type: type, &body)
            else { return violations.append("a message of ours was not well-formed") }
            beacon.directory.receive(message, from: sender, session: session, at: time(beacon))
            drain(beacon)
        case .heads(let heads, let sender, let target):
            guard let beacon = beacon(target), beacon.isUp, !isCut(sender, target) else { return }
            beacon.directory.learn(heads, from: sender, at: time(beacon))
            drain(beacon)
        case .request(let ticket, let bytes, let sender, let session, let target):
            var reply: [UInt8]?
            if let beacon = beacon(target), beacon.isUp, !isCut(sender, target) {
                reply = beacon.directory.serve(bytes, from: sender, at: time(beacon))
                drain(beacon)
            }
            if chance(faults.cutExchanges) { reply = nil }
            schedule(.reply(ticket, reply, to: sender, session: session), in: delay + faults.exchangeDelay)
        case .reply(let ticket, let reply, let target, let session):
            guard let beacon = beacon(target), beacon.isUp, beacon.session == session else { return }
            beacon.directory.exchangeEnded(ticket, reply: reply, at: time(beacon))
            drain(beacon)
        case .ping(let id): ping(id)
        case .timer(let id):
            guard let beacon = beacon(id), beacon.isUp else { return }
            if beacon.directory.deadline <= time().moment {
                beacon.directory.advance(to: time(beacon))
                drain(beacon)
            }
        }
    }

    /// As membership does: heads on a ping to somebody.
    private func ping(_ id: BeaconID) {
        guard let beacon = beacon(id), beacon.isUp else { return }
        schedule(.ping(id), in: 200)
        guard let other = beacons.randomElement(using: &dice), other.id != id else { return }
        let heads = beacon.directory.heads(limit: 6)
        if !chance(faults.lost) { schedule(.heads(heads, from: id, to: other.id), in: delay) }
    }

    private var delay: UInt64 { UInt64.random(in: faults.delay, using: &dice) }
    private func chance(_ perMille: UInt64) -> Bool {
        perMille > 0 && UInt64.random(in: 0..<1_000, using: &dice) < perMille
    }

    private func drain(_ beacon: Beacon) {
        check(beacon)
        while let output = beacon.directory.poll() {
            switch output {
            case .send(let message, let target): send(message, beacon, [target])
            case .broadcast(let message, let targets): send(message, beacon, targets)
            case .exchange(let ticket, let target, let request):
                exchanges += 1
                if request.count > 1 << 20 { violations.append("a request of \(request.count) bytes") }
                schedule(
                    .request(ticket, request, from: beacon.id, session: beacon.session, to: target), in: delay)
            case .superseded(let node, _, _): beacon.superseded.append(node)
            case .event(let event): beacon.events.append(event)
            }
        }
        let deadline = beacon.directory.deadline
        guard deadline != .never else { return }
        schedule(.timer(beacon.id), in: (deadline.since(time().moment).nanoseconds + 999_999) / 1_000_000)
    }

    private func send(_ message: DirectoryMessage, _ beacon: Beacon, _ targets: [BeaconID]) {
        var writer = ControlWriter()
        message.write(&writer)
        if writer.count > 1_153 { violations.append("a message of \(writer.count) bytes") }
        for target in targets {
            datagrams += 1
            for _ in 0..<(chance(faults.duplicated) ? 2 : 1) where !chance(faults.lost) {
                schedule(
                    .message(writer.bytes, from: beacon.id, session: beacon.session, to: target), in: delay)
            }
        }
    }

    // MARK: What must hold

    /// Equal (owner, session, cursor): equal root, here and everywhere.
    private func check(_ beacon: Beacon) {
        let directory = beacon
        directory.directory.observe { owner, session, cursor, root in
            let key = "\(owner)/\(session)/\(cursor)"
            if let known = seen[key], known != root {
                violations.append("\(beacon.id) at \(now) ms has another state of \(key)")
            }
            seen[key] = seen[key] ?? root
        }
    }

    /// The entries that a beacon holds of an owner.
    func shard(of owner: BeaconID, at beacon: Beacon) -> [UInt32: UInt64] {
        beacon.directory.shard(of: owner)
    }
}

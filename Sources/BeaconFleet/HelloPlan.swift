public import BeaconBasics
public import BeaconWire

/// Finds out which of the named beacons are of our fleet (`--peers`, the registry's list): each is sent a hello (0B) on
/// its data port. Ours answer; a reference beacon stays silent, and is served with the legacy sync (07) instead.
///
/// Pure: addresses, authenticated hellos and a time in, things to do out. Everything is bounded by `maximumPeers`.
public struct HelloPlan: Sendable {
    /// As many as legacy syncs are spoken with.
    public static let maximumPeers = 255
    /// One second apart; a second after the last, a silent peer counts as a reference beacon.
    static let attempts = 3
    static let retryDelay = Delay.seconds(1)
    /// A reference beacon may have been replaced by one of ours, and one of ours by a reference beacon.
    static let renewal = Delay.seconds(30)
    /// Hellos to all peers together, so that a long list is no burst.
    static let askRate = Rate(perSecond: 100, burst: 50)
    /// Answers to hellos of others: replayed ones cost no more than this.
    static let answerRate = Rate(perSecond: 200, burst: 100)
    /// Contacts that hellos of others lead to.
    static let contactRate = Rate(perSecond: 20, burst: 60)

    public enum Action: Equatable, Sendable {
        case send(Hello, to: Address)
        /// A control address of our fleet.
        case contact(Address, BeaconID)
        /// The data addresses of those that have answered, in place of what was said before.
        case members([Address])
        /// Another host runs under our beacon id.
        case duplicateID(Address)
        /// What a peer turned out to be.
        case became(HelloPeer)
    }

    private let me: BeaconID
    private let session: SessionID
    /// Told to others; unspecified with the right port where the receiver sees better.
    private let control: Address
    private var random: SeededRandom
    private var rows: [Row] = []
    private var asks = TokenBucket()
    private var answers = TokenBucket()
    private var contacts = TokenBucket()
    private var actions: [Action] = []

    /// - Parameter seed: from the system's randomness: nobody must guess a nonce.
    public init(me: BeaconID, session: SessionID, control: Address, seed: UInt64) {
        self.me = me
        self.session = session
        self.control = control
        random = SeededRandom(seed: seed)
    }

    private struct Row: Sendable {
        var peer: HelloPeer
        /// Of the hellos since the last answer, newest last; at most `attempts`.
        var nonces: [UInt64] = []
        /// Unanswered since the last answer or renewal.
        var tries = 0
        var nextAt: Moment
    }

    // MARK: Inputs

    /// Replaces the named beacons. Those that stay keep their state; past `maximumPeers` they are left out. `isOwn` says
    /// which of them are known to be ourselves; others may still turn out to be.
    public mutating func setPeers(
        _ addresses: [Address], at now: Moment, isOwn: (Address) -> Bool = { _ in false }
    ) -> [Action] {
        let before = memberAddresses
        var next: [Row] = []
        for address in addresses.prefix(Self.maximumPeers) where !next.contains(where: { $0.peer.address == address }) {
            next.append(
                rows.first { $0.peer.address == address }
                    ?? Row(peer: HelloPeer(address: address, since: now), nextAt: now))
        }
        rows = next
        for index in rows.indices where rows[index].peer.kind != .ourselves && isOwn(rows[index].peer.address) {
            become(.ourselves, index, now)
            rows[index].nextAt = now + Self.renewal
        }
        tellMembers(if: before)
        return take()
    }

    /// A hello whose MAC is by one of our keys.
    public mutating func receive(_ hello: Hello, from source: Address, at now: Moment) -> [Action] {
        switch hello.kind {
        case .ask: asked(hello, source, now)
        case .answer: answered(hello, source, now)
        }
        return take()
    }

    /// Sends what is due.
    public mutating func advance(to now: Moment) -> [Action] {
        let before = memberAddresses
        for index in rows.indices where rows[index].nextAt <= now { turn(index, now) }
        tellMembers(if: before)
        return take()
    }

    /// When `advance` next has something to do; nil: never.
    public var deadline: Moment? { rows.lazy.map(\.nextAt).min() }

    /// The named beacons, in the order given.
    public var peers: [HelloPeer] { rows.map(\.peer) }

    // MARK: Rules

    private mutating func turn(_ index: Int, _ now: Moment) {
        if rows[index].tries == Self.attempts { return giveUp(index, now) }
        guard asks.take(Self.askRate, at: now) else {
            rows[index].nextAt = now + .milliseconds(20)
            return
        }
        let nonce = random.next()
        if rows[index].nonces.count == Self.attempts { rows[index].nonces.removeFirst() }
        rows[index].nonces.append(nonce)
        rows[index].tries += 1
        // A known reference beacon is asked once in a while, the others until they have had their chances.
        let isQuiet = rows[index].peer.kind == .legacy || rows[index].peer.kind == .ourselves
        rows[index].nextAt = now + (isQuiet ? Self.renewal : Self.retryDelay)
        if isQuiet { rows[index].tries = 0 }
        let hello = Hello(kind: .ask, beacon: me, session: session, control: control, nonce: nonce)
        actions.append(.send(hello, to: rows[index].peer.address))
    }

    private mutating func giveUp(_ index: Int, _ now: Moment) {
        become(.legacy, index, now)
        rows[index].tries = 0
        rows[index].nextAt = now + Self.renewal
    }

    private mutating func answered(_ hello: Hello, _ source: Address, _ now: Moment) {
        guard let index = rows.firstIndex(where: { $0.nonces.contains(hello.nonce) }) else { return }
        let before = memberAddresses
        rows[index].nonces = []
        rows[index].tries = 0
        rows[index].nextAt = now + Self.renewal
        rows[index].peer.answeredAt = now
        if hello.beacon == me {
            let isOurs = hello.session == session
            become(.ourselves, index, now)
            if !isOurs { actions.append(.duplicateID(source)) }
        } else {
            let control = located(hello, source)
            become(.member(hello.beacon, control: control), index, now)
            actions.append(.contact(control, hello.beacon))
        }
        tellMembers(if: before)
    }

    private mutating func asked(_ hello: Hello, _ source: Address, _ now: Moment) {
        if hello.beacon == me {
            // Our own, at an address that we did not know to be ours: answered, which tells the row that asked.
            if hello.session != session { actions.append(.duplicateID(source)) }
        } else if let index = rows.firstIndex(where: { $0.peer.address == source }), !rows[index].peer.kind.isMember {
            // It may be a recording: believed when it answers a hello of our own.
            rows[index].tries = 0
            rows[index].nextAt = min(rows[index].nextAt, now)
        }
        guard source.isReplyable, answers.take(Self.answerRate, at: now) else { return }
        actions.append(.send(hello.answered(by: me, session: session, control: control), to: source))
        if hello.beacon != me, contacts.take(Self.contactRate, at: now) {
            actions.append(.contact(located(hello, source), hello.beacon))
        }
    }

    private func located(_ hello: Hello, _ source: Address) -> Address {
        hello.control.isUnspecified ? source.with(port: hello.control.port) : hello.control
    }

    private mutating func become(_ kind: HelloPeer.Kind, _ index: Int, _ now: Moment) {
        guard rows[index].peer.kind != kind else { return }
        rows[index].peer.kind = kind
        rows[index].peer.since = now
        actions.append(.became(rows[index].peer))
    }

    private var memberAddresses: [Address] { rows.compactMap { $0.peer.kind.isMember ? $0.peer.address : nil } }

    private mutating func tellMembers(if before: [Address]) {
        let now = memberAddresses
        if now != before { actions.append(.members(now)) }
    }

    private mutating func take() -> [Action] {
        defer { actions = [] }
        return actions
    }
}

/// A named beacon, and what it is known to be.
public struct HelloPeer: Equatable, Sendable {
    public enum Kind: Equatable, Sendable {
        /// Has not answered yet.
        case unknown
        /// Of our fleet.
        case member(BeaconID, control: Address)
        /// Silent: a reference beacon, one of another fleet, or nobody.
        case legacy
        case ourselves

        var isMember: Bool {
            if case .member = self { true } else { false }
        }
    }

    /// Of the data port.
    public var address: Address
    public var kind = Kind.unknown
    public var since: Moment
    /// When it last answered a hello.
    public var answeredAt: Moment?

    public init(address: Address, kind: Kind = .unknown, since: Moment) {
        self.address = address
        self.kind = kind
        self.since = since
    }
}

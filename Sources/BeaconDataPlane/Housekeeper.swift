import BeaconBasics
import BeaconRelay
import BeaconWire
import Synchronization

/// The data plane's slow half, on a thread of its own: asks for proof of life, takes and sends legacy syncs, forgets
/// what has expired. It sleeps until something is due or somebody wakes it.
final class Housekeeper: Sendable {
    private let registry: Registry
    private let routes: LegacyRoutes
    private let syncs: SyncQueue
    private let sender: ControlSender
    private let wakeup: Wakeup
    private let clock: WallClock
    private let plan: Plan
    private let stopped = Atomic<Bool>(false)
    /// A list of the registry that has not been taken up yet.
    private let listed = Guarded<[Address]?>(nil)
    /// Members of our fleet that have not been taken note of yet.
    private let newMembers = Guarded<Set<Address>?>(nil)

    /// What it needs of the assembled data plane.
    struct Plan: Sendable {
        var legacy: LegacySync
        /// The beacon's address as the node at an endpoint can reach it.
        var ownAddress: @Sendable (Endpoint) -> Address
        var mainSocket: SocketHandle
        /// The socket of the n-th part of a sync, opened if need be.
        var syncSocket: @Sendable (Int) -> SocketHandle?
        var syncSent: @Sendable (Address) -> Void
        /// Syncs are sent to these now, and to nobody else.
        var peersChanged: @Sendable ([Address]) -> Void
        /// Called about once a second.
        var everySecond: @Sendable () -> Void
        var time: @Sendable () -> Moment
    }

    /// Entries looked at for expiry in a second: a full table of a million goes round in a minute. In small steps,
    /// because a shard with a new node to register waits for the lock.
    private static let sweepLimit = 20_000
    private static let sweepStep = 250

    init(
        registry: Registry, routes: LegacyRoutes, syncs: SyncQueue, sender: ControlSender, wakeup: Wakeup,
        clock: WallClock, plan: Plan
    ) {
        self.registry = registry
        self.routes = routes
        self.syncs = syncs
        self.sender = sender
        self.wakeup = wakeup
        self.clock = clock
        self.plan = plan
    }

    func stop() {
        stopped.store(true, ordering: .relaxed)
        wakeup.signal()
    }

    /// Takes up the registry's list on the next turn, in place of the one before.
    func list(_ beacons: [Address]) {
        listed.withLock { $0 = beacons }
        wakeup.signal()
    }

    /// Takes note of the fleet's data addresses on the next turn, in place of those before.
    func setMembers(_ addresses: [Address]) {
        newMembers.withLock { $0 = Set(addresses) }
        wakeup.signal()
    }

    func run() {
        var legacy = plan.legacy
        var members: Set<Address> = []
        var nextSecond = plan.time()
        while !stopped.load(ordering: .relaxed) {
            let now = plan.time()
            takePeers(&legacy, &members, at: now)
            for item in syncs.drain() where !members.contains(item.source) { take(item, at: now) }
            probe(at: now)
            if now >= nextSecond {
                nextSecond = now + .seconds(1)
                everySecond(&legacy, at: now)
            }
            wait(until: nextSecond)
        }
    }

    /// What others have left in a box since the last turn.
    private func pick<Value: Sendable>(_ box: borrowing Guarded<Value?>) -> Value? {
        box.withLock { value in
            defer { value = nil }
            return value
        }
    }

    /// Takes up what is new of the registry's list and of the fleet's members.
    private func takePeers(_ legacy: inout LegacySync, _ members: inout Set<Address>, at now: Moment) {
        let (beacons, newMembers) = (pick(listed), pick(newMembers))
        if let beacons { routes.list(beacons) }
        if let newMembers {
            // First nothing more is taken from them, then what was taken goes.
            members = newMembers
            syncs.setMembers(members)
            routes.withdraw(members)
        }
        guard beacons != nil || newMembers != nil else { return }
        let named = routes.peers.filter(\.isNamed).map(\.address)
        syncs.setPeers(Set(named.map(\.host)))
        let told = named.filter { !members.contains($0) }
        legacy.setPeers(told, at: now)
        plan.peersChanged(told)
    }

    private func take(_ item: SyncQueue.Item, at now: Moment) {
        let bytes = item.bytes.span.bytes
        // Checked when it was queued.
        guard let sync = try? Sync(bytes) else { return }
        if !routes.take(sync, bytes, from: item.source, at: now) { syncs.countRefused() }
    }

    private func probe(at now: Moment) {
        for probe in registry.dueProbes(at: now) {
            sender.probe(probe.endpoint, naming: plan.ownAddress(probe.endpoint), through: plan.mainSocket)
        }
    }

    private func everySecond(_ legacy: inout LegacySync, at now: Moment) {
        clock.update()
        for _ in 0..<Self.sweepLimit / Self.sweepStep { registry.sweep(limit: Self.sweepStep, at: now) }
        routes.sweep(limit: Self.sweepLimit, at: now)
        legacy.send(registry, at: now, through: sender, port: plan.syncSocket, sent: plan.syncSent)
        plan.everySecond()
    }

    private func wait(until moment: Moment) {
        let due = min(moment, registry.nextDeadline ?? moment)
        let delay = due.since(plan.time())
        // Rounded up: waking a fraction early would only mean looking twice.
        wakeup.wait(milliseconds: Int32(clamping: (delay.nanoseconds + 999_999) / 1_000_000))
    }
}

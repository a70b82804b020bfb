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

    func run() {
        var legacy = plan.legacy
        var nextSecond = SystemClock.now()
        while !stopped.load(ordering: .relaxed) {
            let now = SystemClock.now()
            takeList(&legacy, at: now)
            for item in syncs.drain() { take(item, at: now) }
            probe(at: now)
            if now >= nextSecond {
                nextSecond = now + .seconds(1)
                everySecond(&legacy, at: now)
            }
            wait(until: nextSecond)
        }
    }

    private func takeList(_ legacy: inout LegacySync, at now: Moment) {
        let beacons = listed.withLock { listed in
            defer { listed = nil }
            return listed
        }
        guard let beacons else { return }
        routes.list(beacons)
        let named = routes.peers.filter(\.isNamed).map(\.address)
        syncs.setPeers(Set(named.map(\.host)))
        legacy.setPeers(named, at: now)
        plan.peersChanged(named)
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
        let delay = due.since(SystemClock.now())
        // Rounded up: waking a fraction early would only mean looking twice.
        wakeup.wait(milliseconds: Int32(clamping: (delay.nanoseconds + 999_999) / 1_000_000))
    }
}

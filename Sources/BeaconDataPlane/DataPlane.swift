public import BeaconBasics
import BeaconClock
public import BeaconRelay
import CLinux

/// The running data plane: shards, housekeeper, and the tables they share.
public final class DataPlane: Sendable {
    public let registry: Registry
    public let routes: LegacyRoutes
    public let locals: LocalAddresses
    public let live: LiveSettings
    /// As bound: with the kernel's port if 0 was asked for.
    public let listen: ListenAddress
    /// The smallest buffers that any shard's socket was granted, in bytes.
    public let grantedReceiveBuffer: Int
    public let grantedSendBuffer: Int

    /// The fleet's half; nil without one.
    let fleet: FleetLink?
    let sender: ControlSender
    private let syncs: SyncQueue
    let clock: WallClock
    private let own: OwnAddress
    private let advertise: Address?
    let mainSocket: SocketHandle
    let running: Guarded<Running>
    /// Closed until sockets that are being taken over are ours to read.
    let gate: StartGate
    private let syncsSent = Guarded<[Address: UInt64]>([:])

    struct Running {
        var shards: [Shard] = []
        var housekeeper: Housekeeper?
        var housekeeperThread: Thread?
    }

    struct Shard {
        var link: ShardLink
        var socket: SocketHandle
        var thread: Thread
        var receiveBuffer: Int
    }

    /// Binds the sockets and starts the threads. Throws before anything runs if a socket cannot be had.
    /// `stop` must be called before the last reference goes.
    public static func start(
        _ settings: DataPlaneSettings, live: LiveSettings, dice: inout some RandomNumberGenerator
    ) throws(SystemError) -> DataPlane {
        let group = try SocketGroup(settings)
        let wakeup = try Wakeup()
        let plane = DataPlane(settings, live: live, group: group, wakeup: wakeup, hash: KeyedHash(using: &dice))
        do {
            try plane.startShards(group)
            try plane.startHousekeeper(settings, wakeup)
        } catch {
            plane.stop()
            throw error
        }
        return plane
    }

    private init(
        _ settings: DataPlaneSettings, live: LiveSettings, group: borrowing SocketGroup, wakeup: Wakeup, hash: KeyedHash
    ) {
        self.live = live
        listen = group.listen
        grantedReceiveBuffer = group.grantedReceiveBuffer
        grantedSendBuffer = group.grantedSendBuffer
        mainSocket = group.mainSocket
        let locals = LocalAddresses()
        self.locals = locals
        advertise = settings.advertise
        own = OwnAddress(bound: group.listen.address, locals: locals)
        fleet = settings.fleet.map { FleetLink($0, listen: group.listen, locals: locals) }
        registry = Registry(
            settings: settings.registry, live: live, hash: hash, fleet: fleet, wake: { wakeup.signal() })
        routes = LegacyRoutes(capacity: settings.registry.maximumNodes, hash: hash)
        routes.configure(settings.peers)
        sender = ControlSender(locals: locals)
        clock = WallClock()
        let policy = SyncPolicy(
            isStrict: settings.strictGossip, peers: Set(settings.peers.map(\.host)), own: own)
        syncs = SyncQueue(policy: policy, wake: { wakeup.signal() })
        running = Guarded(Running())
        gate = StartGate(isOpen: settings.adopted == nil)
    }

    private func startShards(_ group: borrowing SocketGroup) throws(SystemError) {
        for index in 0..<group.count {
            do {
                try startShard(group.take(index), output: nil)
            } catch {
                group.close(from: index)
                throw error
            }
        }
    }

    /// Starts a thread that owns the socket, and builds all of its state there.
    private func startShard(_ descriptor: SocketGroup.Taken, output: SocketHandle?) throws(SystemError) {
        let (registry, routes, live, own, locals) = (registry, routes, live, own, locals)
        let index = running.withLock { $0.shards.count }
        let link = ShardLink(index: index, live: live, syncs: syncs, clock: clock)
        let gate = gate
        let thread = try Thread(name: "shard-\(link.index)") {
            gate.wait()
            let shard = RelayShard(registry: registry, routes: routes, live: live, own: own)
            var loop = ShardLoop(
                socket: UDPSocket(adopting: descriptor.socket, isWildcard: descriptor.isWildcard), output: output,
                shard: shard, link: link, locals: locals)
            loop.run()
        }
        let shard = Shard(
            link: link, socket: descriptor.socket, thread: thread, receiveBuffer: descriptor.receiveBuffer)
        running.withLock { $0.shards.append(shard) }
    }

    private func startHousekeeper(_ settings: DataPlaneSettings, _ wakeup: Wakeup) throws(SystemError) {
        let (advertise, listen, locals) = (settings.advertise, listen, locals)
        let plan = Housekeeper.Plan(
            legacy: LegacySync(beacon: settings.beaconID, peers: settings.peers, at: settings.time()),
            ownAddress: { endpoint in
                if let advertise, advertise.isIPv4 == endpoint.address.isIPv4 { return advertise }
                let host = endpoint.local == 0 ? listen.address : locals[endpoint.local]
                return host.with(port: listen.address.port)
            },
            mainSocket: mainSocket,
            syncSocket: { [unowned self] in self.syncSocket($0, settings) },
            syncSent: { [unowned self] peer in self.syncsSent.withLock { $0[peer, default: 0] += 1 } },
            peersChanged: { [unowned self] peers in
                self.syncsSent.withLock { $0 = $0.filter { peers.contains($0.key) } }
            },
            everySecond: settings.everySecond, time: settings.time)
        let housekeeper = Housekeeper(
            registry: registry, routes: routes, syncs: syncs, sender: sender, wakeup: wakeup, clock: clock, plan: plan)
        let thread = try Thread(name: "housekeeper") { [gate] in
            gate.wait()
            housekeeper.run()
        }
        running.withLock {
            $0.housekeeper = housekeeper
            $0.housekeeperThread = thread
        }
    }

    /// The socket that the n-th part of a legacy sync goes out of; opened, with a shard to serve it, when first asked
    /// for. nil past the limit or if the host has no more ports.
    private func syncSocket(_ part: Int, _ settings: DataPlaneSettings) -> SocketHandle? {
        if part == 0 { return mainSocket }
        guard part <= LegacySync.maximumExtraPorts else { return nil }
        let position = settings.shards + part - 1
        if let known = running.withLock({ position < $0.shards.count ? $0.shards[position].socket : nil }) {
            return known
        }
        guard let taken = try? SocketGroup.open(listen.with(port: 0), reusePort: false, buffer: settings.socketBuffer),
            (try? startShard(taken, output: mainSocket)) != nil
        else { return nil }
        return taken.socket
    }

    /// Stops every thread and closes the sockets. Takes as long as a receive waits: a quarter of a second.
    public func stop() {
        // The housekeeper first: it may be opening a port, with a shard of its own, for a long sync.
        let (housekeeper, thread) = running.withLock { running in
            defer { (running.housekeeper, running.housekeeperThread) = (nil, nil) }
            return (running.housekeeper, running.housekeeperThread)
        }
        housekeeper?.stop()
        if !gate.isOpen {
            // The sockets were never ours to read: the threads must find that they are over.
            for shard in running.withLock({ $0.shards }) { shard.link.stop() }
            gate.open()
        }
        thread?.join()
        let shards = running.withLock { running in
            defer { running.shards = [] }
            return running.shards
        }
        for shard in shards { shard.link.stop() }
        for shard in shards { shard.thread.join() }
    }

    // MARK: Reading and asking

    /// One shard as of its last publication.
    public struct ShardReading: Sendable {
        public var index: Int
        public var counters: CounterSnapshot
        public var cpu: Delay
        public var age: Delay
        public var queuedBytes: UInt32
        public var overflows: UInt32
        public var receiveBuffer: Int
        public var capable: Offloads
        public var active: Offloads
        public var receiveErrors: UInt64
        /// errno of the last of them.
        public var lastReceiveError: Int32
    }

    public func shards(at now: Moment) -> [ShardReading] {
        let shards = running.withLock { running in running.shards.map { ($0.link, $0.socket, $0.receiveBuffer) } }
        return shards.map { link, socket, receiveBuffer in
            let reading = link.published.read()
            var queued: UInt32 = 0
            var drops: UInt32 = 0
            _ = linux_socket_memory(socket.descriptor, &queued, &drops)
            return ShardReading(
                index: link.index, counters: reading.counters, cpu: reading.cpu, age: now.since(reading.publishedAt),
                queuedBytes: queued, overflows: drops, receiveBuffer: receiveBuffer, capable: link.capabilities,
                active: reading.active, receiveErrors: link.receiveErrors.count,
                lastReceiveError: link.receiveErrors.last)
        }
    }

    /// Who talks most, as of the shards' last publications. Adds up some thousands of entries: not for every datagram.
    public func talkers(at now: Moment) -> TopTalkers {
        TopTalkers(running.withLock { $0.shards.map(\.link) }.map { $0.talkers.read() }, at: now)
    }

    /// What was sent without a received datagram as its cause.
    public var controlCounters: CounterSnapshot { sender.counters }

    /// The sum of all counters, control included.
    public var totals: CounterSnapshot {
        shards(at: SystemClock.now()).reduce(into: controlCounters) { $0 += $1.counters }
    }

    /// Syncs that found no room for their sender.
    public var refusedSyncs: UInt64 { syncs.refused }

    /// Takes the beacons that the registry lists for peers beside those of the settings, in place of the list before:
    /// they are sent syncs, theirs are taken, and their frames cost no budget. This beacon itself, under whatever id, and
    /// what no datagram can be sent to are left out. From any thread; takes effect within milliseconds.
    public func list(_ beacons: [Address]) {
        let others = beacons.filter { $0.isReplyable && !own.isOwn($0) && $0 != advertise }
        running.withLock { $0.housekeeper }?.list(others)
    }

    /// How often an address of the host found no room in `locals`: such nodes are answered from the bound address.
    public var localAddressOverflows: UInt64 { locals.overflows }

    /// Says which data addresses are beacons of our own fleet, in place of what was said before: they are sent no legacy
    /// sync, theirs are not taken, and routes learnt by one are withdrawn. Takes effect within milliseconds.
    public func setMembers(_ data: [Address]) { running.withLock { $0.housekeeper }?.setMembers(data) }

    public func syncsSent(to peer: Address) -> UInt64 { syncsSent.withLock { $0[peer] ?? 0 } }

    public enum NotifyOutcome: Equatable, Sendable { case sent, recently, unknown, failed }

    /// Sends 0A01 to a registered node (protocol.md §1.7).
    public func notify(_ node: NodeID) -> NotifyOutcome {
        switch registry.notify(node, at: SystemClock.now()) {
        case .unknown: .unknown
        case .recently: .recently
        case .send(let endpoint): sender.notify(endpoint, through: mainSocket) ? .sent : .failed
        }
    }
}

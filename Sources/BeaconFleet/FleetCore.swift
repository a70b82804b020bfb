import BeaconBasics
import BeaconClock
import BeaconCluster
import BeaconCrypto
import BeaconDirectory
import BeaconWire
import NIOCore

/// The fleet's state, owned by one event loop: everything here happens on it.
///
/// Bytes and inputs go into the cluster value, and after each of them its outputs are carried out. The value exists as
/// soon as our own address is known, which for wildcard sockets takes a first beacon to meet; until then there is no
/// fleet to speak to.
final class FleetCore {
    let settings: FleetServiceSettings
    let plane: any FleetPlane
    let loop: any EventLoop
    let table: DirectoryTable
    let session: SessionID
    /// Hands an event to whoever logs it; off the loop. False if that is too much for them.
    let onEvent: (FleetEvent) -> Bool
    /// Stores a ring; off the loop.
    let store: (KeyRing) -> Void
    /// Takes a report; called when it is due, and soon after what an event tells of.
    var onReport: (FleetReport) -> Void = { _ in }
    var reportedAt = Moment(nanoseconds: 0)
    var hasNews = false

    var cluster: ClusterBox?
    var ring: KeyRing
    var own: OwnAddresses
    var hellos: HelloPlan
    var counters = FleetShellCounters()
    /// UDP; nil while it is being opened again.
    var socket: ControlSocket?
    /// The channels that read it and that take streams.
    var udp: (any Channel)?
    var tcp: (any Channel)?
    var isClosed = false
    /// As bound.
    var listen: Address
    lazy var server = StreamServer { [unowned self] in serve($0, $1, from: $2) }
    lazy var client = StreamClient(loop: loop)

    /// Control addresses met before the cluster began.
    var contacts: [Address] = []
    var members = FleetMembers()
    var watch = ControlWatch()
    /// Something has happened that the watch looks at.
    var mustWatch = false
    /// Where a look through the node table goes on.
    var scan: FleetScan?
    var timer: Scheduled<Void>?
    var timerAt = Moment(nanoseconds: .max)
    var isTaking = false
    var drain: DrainDeadline?
    var whenLeft: [() -> Void] = []
    var isLeaving = false

    init(
        _ settings: FleetServiceSettings, plane: any FleetPlane, table: DirectoryTable, socket: ControlSocket,
        loop: any EventLoop, onEvent: @escaping (FleetEvent) -> Bool, store: @escaping (KeyRing) -> Void
    ) {
        self.settings = settings
        self.plane = plane
        self.table = table
        self.loop = loop
        self.onEvent = onEvent
        self.store = store
        self.socket = socket
        listen = settings.listen.with(port: socket.address.port)
        ring = settings.keys
        session = SessionID(SystemClock.clusterTime().unixMilliseconds)
        own = OwnAddresses(
            control: listen, data: settings.data,
            advertisedControl: settings.advertisedControl, advertisedData: settings.advertisedData)
        hellos = HelloPlan(
            me: settings.beacon, session: session,
            control: own.control ?? Address.none.with(port: listen.port), seed: .random(in: 0 ... .max))
    }

    func start() {
        setMeshKeys()
        if let control = own.control, let data = own.data { join(control, data, at: SystemClock.clusterTime()) }
        settle()
    }

    /// Begins to take part: others are told these addresses.
    func join(_ control: Address, _ data: Address, at now: ClusterTime) {
        let me = Member(
            beacon: settings.beacon, session: session, control: control, data: data,
            softwareVersion: settings.softwareVersion)
        cluster = ClusterBox(
            Cluster(ClusterSettings(me, settings), keys: ring, table: table, seed: .random(in: 0 ... .max), at: now))
        for address in contacts { cluster?.value.contact(address, at: now) }
        contacts = []
        plane.setDataAddress(data)
        cluster?.value.setDrain(drain, at: now)
        scan = FleetScan()
        loop.assumeIsolated().execute { self.continueScan() }
        tell(.joined(session: session, control: control, data: data))
    }

    /// The ring is another one.
    func setMeshKeys() { plane.setMeshKeys(ring.meshKeys(label: settings.label)) }

    // MARK: Inputs

    func receive(_ datagram: ByteBuffer, from source: Address) {
        let now = SystemClock.clusterTime()
        datagram.withUnsafeReadableBytes { bytes in
            cluster?.value.receive(RawSpan(_unsafeBytes: bytes), from: source, at: now)
        }
        settle()
    }

    private func serve(_ stream: StreamID, _ request: ByteBuffer, from source: Address) {
        guard cluster != nil else { return server.close(stream) }
        let now = SystemClock.clusterTime()
        request.withUnsafeReadableBytes { bytes in
            cluster?.value.serve(RawSpan(_unsafeBytes: bytes), on: stream, from: source, at: now)
        }
        settle()
    }

    /// Names the beacons to find, in place of those before.
    func name(_ peers: [Address]) {
        act(hellos.setPeers(peers, at: SystemClock.now(), isOwn: isOwn))
        mustWatch = true
        settle()
    }

    /// One list for all beacons of a fleet names each of them to itself.
    private func isOwn(_ peer: Address) -> Bool {
        if peer == own.data || peer == settings.data { return true }
        guard settings.data.isUnspecified, peer.port == settings.data.port else { return false }
        // From an address of its own a host reaches that address.
        return ControlSocket.localHost(towards: peer)?.isSameHost(peer) ?? false
    }

    /// The data plane has something to tell.
    func takeInputs() {
        let now = SystemClock.clusterTime()
        for input in plane.takeInputs() { take(input, at: now) }
        takeChanges(at: now)
        settle()
    }

    private func take(_ input: FleetInput, at now: ClusterTime) {
        switch input {
        case .claim(let node, let claimant):
            guard cluster != nil else { return plane.claimDecided(node, claimant: claimant, .granted) }
            cluster?.value.claim(node, by: claimant, at: now)
        case .probed(let probe, let result): cluster?.value.answer(probe, result, at: now)
        case .punch(let punch, let target):
            cluster?.value.punch(punch.requester, at: punch.address, target: target, grant: punch.grant, at: now)
        case .hello(let hello, let source, let local, let via):
            counters.hellosReceived += 1
            act(hellos.receive(hello, from: source, at: now.moment), via: via, local: local)
        }
        carryOut(at: now)
    }

    // MARK: Time

    /// Carries out what the cluster wants and sets the timer.
    func settle() {
        guard !isClosed else { return }
        carryOut(at: SystemClock.clusterTime())
        watchPeers(at: SystemClock.now())
        if hasNews { publish(unlessWithin: Self.reportSpacing) }
        let never = Moment(nanoseconds: .max)
        let next = min(cluster?.value.deadline ?? never, hellos.deadline ?? never, watch.deadline ?? never)
        guard next < timerAt else { return }
        timer?.cancel()
        timerAt = next
        // Never less than a millisecond: whatever asks for the past must not spin.
        let delay = max(1_000_000, next.since(SystemClock.now()).nanoseconds)
        timer = loop.assumeIsolated().scheduleTask(in: .nanoseconds(Int64(clamping: delay))) { self.advance() }
    }

    private func advance() {
        timerAt = Moment(nanoseconds: .max)
        timer = nil
        let now = SystemClock.clusterTime()
        act(hellos.advance(to: now.moment))
        cluster?.value.advance(to: now)
        settle()
    }

    /// Reports of a fleet of a thousand cost a tenth of a millisecond or so: never more of them than this.
    private static let reportSpacing = Delay.milliseconds(25)

    func publish(unlessWithin spacing: Delay = Delay(nanoseconds: 0)) {
        let now = SystemClock.now()
        guard now.since(reportedAt) >= spacing else { return }
        hasNews = false
        reportedAt = now
        onReport(report())
    }

    /// To whoever logs it, and the next report comes soon.
    func tell(_ event: FleetEvent) {
        hasNews = true
        if !onEvent(event) { counters.eventsDropped += 1 }
    }
}

/// The cluster value, held by a class that may have none yet.
final class ClusterBox {
    var value: Cluster

    init(_ value: consuming Cluster) { self.value = value }
}

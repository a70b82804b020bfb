public import BeaconBasics
public import BeaconCrypto
public import BeaconDirectory
import Dispatch
import NIOCore
import NIOPosix
import Synchronization

/// The fleet shell: drives the cluster core over UDP and TCP on one event loop of its own, tells it what the data plane
/// sees, and carries out what it decides. Everything public may be called from any thread.
public final class FleetService: Sendable {
    /// How old a published report gets.
    static let reportInterval = TimeAmount.milliseconds(250)
    /// To tell the fleet that we leave; the cluster itself gives up after 2 s.
    static let leaveLimit = DispatchTimeInterval.milliseconds(2_500)
    /// For an operator's command to reach the loop and come back.
    static let commandLimit = DispatchTimeInterval.seconds(2)

    private static let portAttempts = 8

    /// As bound.
    public let listen: Address
    private let group: MultiThreadedEventLoopGroup
    private let core: NIOLoopBound<FleetCore>
    private let errands: FleetErrands
    private let published: PublishedReport
    /// A drained beacon may live on without its fleet, and may still be asked: its loop is gone then.
    private let hasStopped = Atomic<Bool>(false)

    /// Binds UDP and TCP and begins to look for the others. Throws, with nothing left running, if a socket cannot be had.
    ///
    /// - Parameters:
    ///   - table: what the data plane reads the directory from.
    ///   - onEvent: called on a thread of its own, in order.
    ///   - storeKeys: stores the ring after a rotation; may block, may throw.
    public static func start(
        _ settings: FleetServiceSettings, plane: any FleetPlane, table: DirectoryTable,
        onEvent: @escaping @Sendable (FleetEvent) -> Void, storeKeys: @escaping @Sendable (KeyRing) throws -> Void
    ) throws(FleetError) -> FleetService {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let errands = FleetErrands(onEvent: onEvent, storeKeys: storeKeys)
        do {
            return try bound(settings, plane, table, group, errands)
        } catch {
            try? group.syncShutdownGracefully()
            errands.stop()
            throw FleetError(description: "cannot listen on \(settings.listen) for the fleet: \(reason(error))")
        }
    }

    /// A port that the kernel chooses is free for UDP; somebody may have it for TCP.
    private static func bound(
        _ settings: FleetServiceSettings, _ plane: any FleetPlane, _ table: DirectoryTable,
        _ group: MultiThreadedEventLoopGroup, _ errands: FleetErrands
    ) throws -> FleetService {
        for _ in 1..<portAttempts where settings.listen.port == 0 {
            if let service = try? FleetService(settings, plane, table, group, errands) { return service }
        }
        return try FleetService(settings, plane, table, group, errands)
    }

    private init(
        _ settings: FleetServiceSettings, _ plane: any FleetPlane, _ table: DirectoryTable,
        _ group: MultiThreadedEventLoopGroup, _ errands: FleetErrands
    ) throws {
        let loop = group.next()
        let core = try loop.submit {
            let socket = try ControlSocket.bind(settings.listen, receiveBuffer: settings.socketBuffer)
            let core = FleetCore(
                settings, plane: plane, table: table, socket: socket, loop: loop, onEvent: { errands.tell($0) },
                store: { errands.store($0) })
            return NIOLoopBound(core, eventLoop: loop)
        }.wait()
        let published = PublishedReport(try loop.submit { core.value.report() }.wait())
        do {
            try loop.flatSubmit { core.value.listen(on: group) }.wait()
        } catch {
            try? loop.submit { core.value.close() }.wait()
            throw error
        }
        self.group = group
        self.core = core
        self.errands = errands
        self.published = published
        listen = try loop.submit { core.value.listen }.wait()
        loop.execute {
            core.value.onReport = { published.report = $0 }
            core.value.start()
        }
        loop.scheduleRepeatedTask(initialDelay: .zero, delay: Self.reportInterval) { _ in
            core.value.publish()
        }
    }

    private static func reason(_ error: any Error) -> String {
        if let failure = error as? ControlSocket.Failure { return failure.description }
        return ConnectError.reason(error)
    }

    private var loop: any EventLoop { group.next() }

    /// The data plane has something to take.
    public func wake() { execute { [core] in core.value.takeInputs() } }

    /// The data addresses of beacons that `--peers` and the registry name, in place of those before: who of them is of
    /// our fleet is found out by hello. Past `HelloPlan.maximumPeers` they are left out.
    public func name(_ peers: [Address]) { execute { [core] in core.value.name(peers) } }

    /// A copy, at most 250 ms old. Returns at once.
    public var report: FleetReport { published.report }

    /// Puts a ring from the key file to work.
    public func setKeys(_ ring: KeyRing) { execute { [core] in core.value.setKeys(ring) } }

    /// Tells the fleet that we drain until then at the latest; nil: that we take nodes (again).
    public func setDrain(_ drain: DrainDeadline?) { execute { [core] in core.value.setDrain(drain) } }

    /// Begins to make a fresh key the fleet's; nil if the loop did not answer in time.
    public func rotate() -> FleetRotateResult? { ask { $0.rotate() } }

    /// Takes a dead or left member out of the fleet's memory; nil if the loop did not answer in time.
    public func forget(_ beacon: BeaconID) -> FleetForgetResult? { ask { $0.forget(beacon) } }

    private func ask<Result: Sendable>(_ question: @escaping @Sendable (FleetCore) -> Result) -> Result? {
        guard !hasStopped.load(ordering: .acquiring) else { return nil }
        let answer = AnswerBox<Result>()
        execute { [core] in answer.give(question(core.value)) }
        return answer.wait(Self.commandLimit)
    }

    private func execute(_ task: @escaping @Sendable () -> Void) {
        if !hasStopped.load(ordering: .acquiring) { loop.execute(task) }
    }

    /// Tells the fleet that this beacon leaves, waits at most 2.5 s for it to hear, and ends everything. A second call does
    /// nothing.
    public func stop() {
        guard !hasStopped.exchange(true, ordering: .acquiringAndReleasing) else { return }
        let left = DispatchSemaphore(value: 0)
        loop.execute { [core] in core.value.leave { left.signal() } }
        _ = left.wait(timeout: .now() + Self.leaveLimit)
        try? loop.submit { [core] in core.value.close() }.wait()
        try? group.syncShutdownGracefully()
        errands.stop()
    }
}

/// The last report, for whoever asks.
final class PublishedReport: Sendable {
    private let latest: Guarded<FleetReport>

    init(_ report: FleetReport) { latest = Guarded(report) }

    var report: FleetReport {
        get { latest.withLock { $0 } }
        set { latest.withLock { $0 = newValue } }
    }
}

/// One answer, given by one thread and waited for by another.
private final class AnswerBox<Value: Sendable>: Sendable {
    private let value = Guarded<Value?>(nil)
    private let semaphore = DispatchSemaphore(value: 0)

    func give(_ answer: Value) {
        value.withLock { $0 = answer }
        semaphore.signal()
    }

    func wait(_ limit: DispatchTimeInterval) -> Value? {
        _ = semaphore.wait(timeout: .now() + limit)
        return value.withLock { $0 }
    }
}

import BeaconBasics
import BeaconClock
import BeaconRelay
import Synchronization

/// What a shard's thread shares with the rest of the process; everything in it is safe from any thread.
final class ShardLink: Sendable {
    let index: Int
    let live: LiveSettings
    let published = PublishedCounters()
    let talkers = PublishedTalkers()
    let syncs: SyncQueue
    private let clock: WallClock
    private let stopped = Atomic<Bool>(false)
    private let capable = Atomic<UInt32>(Offloads([.batch, .regroup]).rawValue)
    private let receiveErrorCount = Atomic<UInt64>(0)
    private let lastReceiveError = Atomic<Int32>(0)

    init(index: Int, live: LiveSettings, syncs: SyncQueue, clock: WallClock) {
        self.index = index
        self.live = live
        self.syncs = syncs
        self.clock = clock
    }

    var isStopped: Bool { stopped.load(ordering: .relaxed) }
    func stop() { stopped.store(true, ordering: .relaxed) }

    /// The shard is to leave its socket alone until told otherwise.
    let pause = PauseSwitch()

    var unixSeconds: Int64 { clock.unixSeconds }

    /// What the kernel can do for this shard's socket.
    var capabilities: Offloads { Offloads(rawValue: capable.load(ordering: .relaxed)) }

    func setCapable(_ more: Offloads...) {
        let all = more.reduce(capabilities) { $0.union($1) }
        capable.store(all.rawValue, ordering: .relaxed)
    }

    func countReceiveError(_ error: Int32) {
        receiveErrorCount.add(1, ordering: .relaxed)
        lastReceiveError.store(error, ordering: .relaxed)
    }

    /// Failed receives since start, and the last one's errno.
    var receiveErrors: (count: UInt64, last: Int32) {
        (receiveErrorCount.load(ordering: .relaxed), lastReceiveError.load(ordering: .relaxed))
    }
}

/// The wall clock in whole seconds, kept by the housekeeper: punch grants expire by it.
final class WallClock: Sendable {
    private let seconds = Atomic<Int64>(SystemClock.unixSeconds())

    var unixSeconds: Int64 { seconds.load(ordering: .relaxed) }
    func update() { seconds.store(SystemClock.unixSeconds(), ordering: .relaxed) }
}

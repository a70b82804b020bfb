public import BeaconBasics
import BeaconClock
import CLinux
import Glibc

/// Bound data sockets of another process: one for each shard. Whoever makes a data plane of them owns them.
public struct AdoptedSockets: Sendable {
    public var descriptors: [Int32]
    /// What they are bound to.
    public var listen: ListenAddress

    public init(descriptors: [Int32], listen: ListenAddress) {
        self.descriptors = descriptors
        self.listen = listen
    }
}

/// Handing the sockets to another process, which may come to nothing: then `resume`, and all is as before. At any time one
/// process reads them. What waits in the kernel's queues belongs to the sockets, so a pause loses nothing.
extension DataPlane {
    /// How long a receive waits once a pause is near.
    private static let shortWait = Delay.milliseconds(5)

    /// The shards' sockets; without the extra ports of a long legacy sync, which die with this process.
    public func shardDescriptors(_ shards: Int) -> [Int32] {
        running.withLock { $0.shards.prefix(shards).map(\.socket.descriptor) }
    }

    /// Takes effect once each shard's current receive is over, a quarter of a second later: from then on an idle shard
    /// comes to rest within 5 ms.
    public func expectPause() { setReceiveWait(Self.shortWait) }

    /// Brings every shard to rest between two batches. False if one did not within `limit`: then `resume`.
    public func pause(within limit: Delay) -> Bool {
        let switches = running.withLock { $0.shards.map(\.link.pause) }
        for one in switches { one.want(true) }
        let end = SystemClock.now() + limit
        while !switches.allSatisfy(\.isResting) {
            if SystemClock.now() >= end { return false }
            usleep(100)
        }
        return true
    }

    /// Goes on after a hand-over that came to nothing.
    public func resume() {
        setReceiveWait(ShardLoop.publishInterval)
        for one in running.withLock({ $0.shards.map(\.link.pause) }) { one.want(false) }
    }

    /// The adopted sockets are this process's to read from now on.
    public func begin() { gate.open() }

    private func setReceiveWait(_ wait: Delay) {
        for socket in running.withLock({ $0.shards.map(\.socket) }) {
            _ = linux_set_receive_timeout(socket.descriptor, Int64(wait.nanoseconds / 1_000))
        }
    }
}

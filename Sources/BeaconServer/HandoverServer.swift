import BeaconBasics
import BeaconClock
import BeaconDataPlane
import BeaconRelay
import Dispatch
import Glibc
import Logging
import Synchronization

/// What a hand-over needs of the process that hands over.
struct HandoverHost: Sendable {
    var identity: HandoverIdentity
    var plane: DataPlane
    /// Listening sockets of the admin server: admin first, then health.
    var listeners: @Sendable () -> [Int32]
    var sockets: @Sendable () -> HandoverSockets
    var tell: @Sendable (_ fields: KeyValuePairs<String, String>) -> Void
    /// Everything is another process's: end this one.
    var end: @Sendable () -> Void
    var log: Logger
}

/// Waits at `--handover-socket` for a successor and hands everything over to it, one at a time. Nothing that a successor
/// does or leaves undone keeps this process from serving, until it has been given the sockets.
final class HandoverServer: Sendable {
    private let descriptor: Int32
    private let host: HandoverHost
    private let done = Atomic<Bool>(false)
    private let queue = DispatchQueue(label: "hand-over")
    /// An idle shard's receive is over after this.
    private static let settling = Delay.milliseconds(300)

    init(_ path: String, replacing: Bool, _ host: HandoverHost) throws(HandoverError) {
        descriptor = try HandoverPath.listen(path, replacing: replacing)
        self.host = host
        queue.async { [self] in serve() }
    }

    /// Everything is a successor's, the word with the service manager too.
    var isDone: Bool { done.load(ordering: .acquiring) }

    /// Ends the wait; a hand-over that is under way is cut off.
    func stop() {
        _ = shutdown(descriptor, Int32(SHUT_RDWR))
    }

    private func serve() {
        while true {
            let accepted = accept(descriptor, nil, nil)
            if accepted < 0 {
                if errno == EINTR || errno == ECONNABORTED { continue }
                // Stopped; or out of descriptors, which ends hand-overs but not the process.
                close(descriptor)
                return
            }
            _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
            if handOver(HandoverConnection(accepted)) { return }
        }
    }

    /// True once everything is the successor's.
    private func handOver(_ connection: HandoverConnection) -> Bool {
        guard connection.isTrusted else {
            host.log.warning("take-over refused", metadata: ["reason": "by another user"])
            return false
        }
        var offer = HandoverOffer(host.identity)
        var sent: [HandedNode?] = []
        var expectedAt = SystemClock.now()
        while true {
            let (input, strays) = connection.receive(within: offer.patienceSeconds)
            for stray in strays { close(stray) }
            switch offer.handle(input) {
            case .offer:
                host.plane.expectPause()
                expectedAt = SystemClock.now()
                sent = host.plane.registry.handedNodes()
                sendTables(connection, sent)
            case .stop:
                let early = Self.settling.nanoseconds.subtractingReportingOverflow(
                    SystemClock.now().since(expectedAt).nanoseconds)
                if !early.overflow, early.partialValue > 0 { usleep(UInt32(early.partialValue / 1_000)) }
                guard stop(connection, sent) else {
                    goOn("a shard did not come to rest")
                    return false
                }
            case .giveUp:
                guard connection.send(.yours) else {
                    goOn("the successor has gone")
                    return false
                }
            case .end:
                host.tell(["side": "predecessor", "result": "handed over"])
                host.log.info("handed over to a successor")
                done.store(true, ordering: .releasing)
                host.end()
                return true
            case .refuse(let reason):
                _ = connection.send(.refused(reason))
                host.tell(["side": "predecessor", "result": "refused", "reason": reason])
                host.log.warning("take-over refused", metadata: ["reason": "\(reason)"])
                return false
            case .goOn(let reason):
                _ = connection.send(.refused(reason))
                goOn(reason)
                return false
            }
        }
    }

    /// What cannot be sent shows in the next receive: the other end is gone.
    private func sendTables(_ connection: HandoverConnection, _ nodes: [HandedNode?]) {
        let sockets = host.sockets()
        let descriptors = host.plane.shardDescriptors(Int(sockets.shards)) + host.listeners()
        guard descriptors.count == sockets.descriptorCount,
            connection.send(.sockets(sockets), descriptors: descriptors), sendLocals(connection),
            send(nodes.compactMap { $0 }, over: connection)
        else { return }
        _ = connection.send(.tablesSent)
    }

    /// Brings the shards to rest and sends what has changed. False if they would not rest.
    private func stop(_ connection: HandoverConnection, _ sent: [HandedNode?]) -> Bool {
        let since = SystemClock.now()
        guard host.plane.pause(within: .milliseconds(500)) else { return false }
        let changes = HandoverChanges(from: sent, to: host.plane.registry.handedNodes())
        for start in stride(from: 0, to: changes.gone.count, by: HandoverMessage.maximumNodes) {
            guard connection.send(.gone(Array(changes.gone[start...].prefix(HandoverMessage.maximumNodes)))) else {
                return true
            }
        }
        guard sendLocals(connection), send(changes.changed, over: connection) else { return true }
        _ = connection.send(.stopped(since: since.nanoseconds))
        return true
    }

    private func sendLocals(_ connection: HandoverConnection) -> Bool {
        // 4,095 of 22 bytes would not fit one packet: the numbers behind are sent from the bound address.
        connection.send(.locals(Array(host.plane.locals.all.prefix(2_048))))
    }

    private func send(_ nodes: [HandedNode], over connection: HandoverConnection) -> Bool {
        for start in stride(from: 0, to: nodes.count, by: HandoverMessage.maximumNodes) {
            guard connection.send(.nodes(Array(nodes[start...].prefix(HandoverMessage.maximumNodes)))) else {
                return false
            }
        }
        return true
    }

    private func goOn(_ reason: String) {
        host.plane.resume()
        host.tell(["side": "predecessor", "result": "failed", "reason": reason])
        host.log.warning("hand-over failed, this process serves on", metadata: ["reason": "\(reason)"])
    }
}

/// What has changed between two copies of the node table.
struct HandoverChanges: Equatable {
    var gone: [NodeID] = []
    var changed: [HandedNode] = []

    init(from before: [HandedNode?], to after: [HandedNode?]) {
        for position in 0..<max(before.count, after.count) {
            let old = position < before.count ? before[position] : nil
            let new = position < after.count ? after[position] : nil
            if old == new { continue }
            // A node that has another entry now is told of there, and that comes after.
            if let old, old.node != new?.node { gone.append(old.node) }
            if let new { changed.append(new) }
        }
    }
}

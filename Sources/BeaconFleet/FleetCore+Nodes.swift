import BeaconBasics
import BeaconClock
import BeaconCluster
import NIOCore

/// A look through the whole node table, a page a turn of the loop: at the start, and when changes were lost.
struct FleetScan {
    static let pageSize = 2_000
    /// Then what the directory has as ours and the table has not.
    var isReverse = false
    var position = 0
    /// Changes were lost again while it was under way.
    var mustRepeat = false
}

extension FleetCore {
    /// Changes a turn of the loop takes: the rest has to wait until others had theirs.
    private static let changesPerTurn = 2_000

    func takeChanges(at now: ClusterTime) {
        let batch = plane.takeChanges(limit: Self.changesPerTurn)
        for change in batch.changes {
            if change.isRegistered {
                cluster?.value.registered(change.node, at: now)
            } else {
                cluster?.value.unregistered(change.node, at: now)
            }
        }
        if batch.mustRescan { rescan() }
        guard batch.hasMore, !isTaking else { return }
        isTaking = true
        loop.assumeIsolated().execute { [self] in
            isTaking = false
            takeChanges(at: SystemClock.clusterTime())
            settle()
        }
    }

    private func rescan() {
        counters.rescans += 1
        tell(.rescan)
        if scan == nil {
            scan = FleetScan()
            loop.assumeIsolated().execute { self.continueScan() }
        } else {
            scan?.mustRepeat = true
        }
    }

    /// One page.
    func continueScan() {
        guard var scan, cluster != nil else { return self.scan = nil }
        let now = SystemClock.clusterTime()
        let next = scan.isReverse ? reverse(scan.position, at: now) : forward(scan.position, at: now)
        if let next {
            scan.position = next
        } else if !scan.isReverse {
            (scan.isReverse, scan.position) = (true, 0)
        } else if scan.mustRepeat {
            scan = FleetScan()
        } else {
            self.scan = nil
            return settle()
        }
        self.scan = scan
        settle()
        loop.assumeIsolated().execute { self.continueScan() }
    }

    private func forward(_ position: Int, at now: ClusterTime) -> Int? {
        let (nodes, next) = plane.nodes(from: position, limit: FleetScan.pageSize)
        for node in nodes where cluster?.value.isOwn(node) == false { cluster?.value.registered(node, at: now) }
        return next
    }

    private func reverse(_ position: Int, at now: ClusterTime) -> Int? {
        guard let cluster, position < cluster.value.ownNodePages else { return nil }
        for node in cluster.value.ownNodes(page: position) where !plane.isRegistered(node) {
            cluster.value.unregistered(node, at: now)
        }
        return position + 1
    }
}

import BeaconBasics
import BeaconCluster
import BeaconDirectory

/// One life of a beacon: the production core, and a data plane in miniature.
final class BeaconProcess {
    var cluster: Cluster
    let table: DirectoryTable
    let life: UInt32
    let startedAt: Moment
    /// The earliest timer event that is queued; `.max` = none.
    var timerAt = BeaconProcess.never
    /// Timers in a row that did not move the deadline past the present.
    var idleTimers = 0
    /// Nodes registered here: where they are, and when they were last heard.
    var nodes: [UInt32: LocalNode] = [:]
    /// Nodes that want to come here from another beacon, until `claimDecided`.
    var claims: [UInt32: Address] = [:]
    var isDraining = false
    var isLeaving = false
    var hasLeft = false
    /// Its view was complete for the first time.
    var joinedAt: Moment?
    /// Members that are not routable here since this call.
    var fallen: [Int] = []
    /// The data plane that frames go through; made when the first does.
    var frames: FramePlane?
    /// Bits of the watched changes that it has seen.
    var seen: UInt64 = 0

    static let never = Moment(nanoseconds: .max)

    init(cluster: consuming Cluster, table: DirectoryTable, life: UInt32, at now: Moment) {
        self.cluster = cluster
        self.table = table
        self.life = life
        startedAt = now
    }
}

struct LocalNode: BitwiseCopyable, Sendable {
    var address: Address
    var heard: Moment
}

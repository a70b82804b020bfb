import BeaconBasics
import BeaconClock
import BeaconDataPlane
import BeaconRecorder
import BeaconRelay
import Glibc
import Logging

/// `--restore`: fills the node table from a snapshot, so that relays work before the nodes register again.
struct NodeRestore {
    #if Snapshots
        private let reader: SnapshotReader
        private let path: String

        /// nil if there is nothing to restore. Throws, with a sentence for the operator, if the file cannot be what they
        /// meant: it is not there, is no snapshot, or another beacon's.
        init?(_ configuration: Configuration) throws(SnapshotError) {
            guard let path = try Self.path(configuration) else { return nil }
            self.path = path
            reader = try SnapshotReader(path)
            guard reader.meta.beaconID == configuration.beaconID else {
                throw SnapshotError(
                    """
                    \(path) is of beacon \(reader.meta.beaconID), and this is beacon \(configuration.beaconID): \
                    its nodes are registered elsewhere
                    """)
            }
        }

        private static func path(_ configuration: Configuration) throws(SnapshotError) -> String? {
            guard configuration.restore == Configuration.latestSnapshot else { return configuration.restore }
            guard let directory = configuration.snapshotDirectory else { return nil }
            let files = try? SnapshotDirectory(
                directory, beaconID: configuration.beaconID, retention: SnapshotRetention()
            ).files()
            return files?.first.map { "\(directory)/\($0.file)" }
        }

        /// Puts the nodes of the snapshot into the table, unless it is older than a registration lasts. Whatever is wrong
        /// with it, the beacon serves.
        func run(_ plane: DataPlane, _ log: Logger) -> Int {
            let (begun, unix) = (SystemClock.now(), SystemClock.unixTime())
            let age = unix - reader.meta.takenAt
            let limit = plane.registry.timeToLive.inSeconds
            guard age <= limit else {
                log.warning(
                    "the snapshot is older than a registration lasts, nothing is restored",
                    metadata: ["file": "\(path)", "age_seconds": "\(Int(age))", "limit_seconds": "\(Int(limit))"])
                return 0
            }
            var filler = TableFiller(plane: plane, unix: unix)
            do {
                try reader.forEachNode { filler.add($0) }
            } catch {
                log.warning("the snapshot cannot be read to its end", metadata: ["reason": "\(error)"])
            }
            filler.flush()
            log.info(
                "nodes restored",
                metadata: [
                    "file": "\(path)", "nodes": "\(filler.restored)", "of": "\(reader.meta.nodes)",
                    "age_seconds": "\(Int(max(0, age)))",
                    "milliseconds": "\(SystemClock.now().since(begun).nanoseconds / 1_000_000)",
                ])
            return filler.restored
        }
    #else
        init?(_ configuration: Configuration) throws(SnapshotError) { nil }
        func run(_ plane: DataPlane, _ log: Logger) -> Int { 0 }
    #endif
}

/// Hands nodes to the registry, some thousands at a time.
private struct TableFiller {
    private static let batch = 4_096

    let plane: DataPlane
    let unix: Double
    private(set) var restored = 0
    private var waiting: [StoredNode] = []
    private var locals: [Address: UInt16] = [:]

    init(plane: DataPlane, unix: Double) {
        self.plane = plane
        self.unix = unix
    }

    mutating func add(_ node: SnapshotNode) {
        // Later than now: this clock has been set back, and nothing is known.
        let age = max(0, unix - node.lastSeen)
        guard age.isFinite, age < 86_400 else { return }
        waiting.append(
            StoredNode(
                id: node.id, endpoint: Endpoint(address: node.endpoint, local: node.local.map { number($0) } ?? 0),
                age: .milliseconds(UInt64(age * 1_000)), wantsDestination: node.wantsDestination, key: node.key))
        if waiting.count >= Self.batch { flush() }
    }

    mutating func flush() {
        restored += plane.registry.restore(waiting, at: SystemClock.now())
        waiting.removeAll(keepingCapacity: true)
    }

    /// The number of an address of ours; 0 if this host no longer has it, because nothing could be sent from there.
    private mutating func number(_ local: Address) -> UInt16 {
        if let known = locals[local] { return known }
        let number = plane.canSend(from: local) ? plane.locals.intern(local) : 0
        locals[local] = number
        return number
    }
}

import BeaconAdmin
import BeaconRecorder

/// The snapshots on disk, as a running node deals with them. Without the package trait Snapshots there are none, and
/// `Configuration.check` sees to it that nobody asks.
struct SnapshotStore: Sendable {
    let path: String

    struct Saved {
        var file: String
        var bytes: Int64
        var nodes: Int
    }

    #if Snapshots
        private let directory: SnapshotDirectory

        /// nil without `--snapshot-dir`.
        init?(_ configuration: Configuration) {
            guard let path = configuration.snapshotDirectory else { return nil }
            self.path = path
            directory = SnapshotDirectory(
                path, beaconID: configuration.beaconID,
                retention: SnapshotRetention(
                    count: configuration.snapshotKeep, bytes: Int64(configuration.snapshotMaxBytes)))
        }

        func prepare() throws(SnapshotError) { try directory.prepare() }
        func tidy() throws(SnapshotError) { try directory.tidy() }

        func save(_ backend: NodeBackend, _ reason: SnapshotReason) throws(SnapshotError) -> Saved {
            var count = 0
            let file = try directory.save(backend.snapshot(reason)) { sink in
                try backend.forEachNode { node in
                    try sink(node)
                    count += 1
                }
            }
            return Saved(file: file.file, bytes: file.bytes, nodes: count)
        }

        /// Newest first; none if the directory cannot be read.
        var files: [SnapshotStatus.File] {
            ((try? directory.files()) ?? []).map { file in
                SnapshotStatus.File(
                    name: file.file, bytes: file.bytes, time: Double(file.name.milliseconds) / 1_000,
                    reason: file.name.reason.rawValue, isCompressed: file.isCompressed)
            }
        }
    #else
        init?(_ configuration: Configuration) { nil }
        func prepare() throws(SnapshotError) {}
        func tidy() throws(SnapshotError) {}
        func save(_ backend: NodeBackend, _ reason: SnapshotReason) throws(SnapshotError) -> Saved {
            throw SnapshotError("this beacon was built without snapshots")
        }
        var files: [SnapshotStatus.File] { [] }
    #endif
}

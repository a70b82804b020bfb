import BeaconRecorder

extension Configuration {
    /// `--restore latest`: the newest snapshot of this beacon in `--snapshot-dir`.
    static let latestSnapshot = "latest"

    /// Whether what is asked for can be done by this program at all; what a file holds shows when it is read.
    mutating func checkSnapshots() -> [ConfigurationError.Problem] {
        let wanted: [(Setting.Key, String?)] = [(.snapshotDir, snapshotDirectory), (.restore, restore)]
        guard NodeSnapshots.isBuilt else {
            return wanted.compactMap { key, value in
                value.map { _ in
                    .init(
                        place: key.rawValue,
                        sentence: "this beacon was built without snapshots (the package trait Snapshots)")
                }
            }
        }
        if restore == Self.latestSnapshot, snapshotDirectory == nil {
            return [.init(place: "restore", sentence: "latest of what? Name the directory by --snapshot-dir")]
        }
        do {
            _ = try NodeRestore(self)
        } catch {
            // Whoever starts a beacon after a crash wants it to start.
            guard restore == Self.latestSnapshot else {
                return [.init(place: "restore", sentence: error.description)]
            }
            warnings.append("restore: \(error)")
            restore = nil
        }
        return []
    }
}

#if Snapshots
    import Glibc

    /// The directory of `--snapshot-dir`: new snapshots come in whole or not at all, old ones are compressed and go. Other
    /// beacons may have theirs in it too: only files of the own id are touched. For one thread at a time.
    public struct SnapshotDirectory: Sendable {
        public let path: String
        public let beaconID: UInt32
        public let retention: SnapshotRetention

        public init(_ path: String, beaconID: UInt32, retention: SnapshotRetention) {
            self.path = path
            self.beaconID = beaconID
            self.retention = retention
        }

        /// At the start of the process: makes the directory if need be, and takes away what an earlier process that was
        /// killed half way has left.
        public func prepare() throws(SnapshotError) {
            guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw SnapshotError(errno: "cannot make \(path)") }
            for file in try entries() where isOurs(file) && file.hasSuffix(SnapshotName.temporarySuffix) {
                unlink("\(path)/\(file)")
            }
            try tidy()
        }

        /// The snapshots that there are, newest first.
        public func files() throws(SnapshotError) -> [SnapshotFile] {
            let files = try entries().compactMap { file -> SnapshotFile? in
                guard let name = SnapshotName(file), name.beaconID == beaconID else { return nil }
                var status = stat()
                guard lstat("\(path)/\(file)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
                return SnapshotFile(file: file, name: name, bytes: Int64(status.st_size))
            }
            return SnapshotRetention.newestFirst(files)
        }

        /// Writes a snapshot: into a temporary file, checked, synced to the disk, and only then under its name. If it
        /// throws, everything is as it was before.
        public func save(_ snapshot: Snapshot, nodes: SnapshotNodeSource) throws(SnapshotError) -> SnapshotFile {
            let meta = snapshot.meta
            let name = SnapshotName(beaconID: beaconID, takenAt: meta.takenAt, reason: meta.reason)
            let file = name.stem + SnapshotName.suffix
            let (temporary, target) = ("\(path)/\(file)\(SnapshotName.temporarySuffix)", "\(path)/\(file)")
            try create(temporary)
            do throws(SnapshotError) {
                _ = try SnapshotWriter.write(snapshot, nodes: nodes, to: temporary)
                try synchronize(temporary)
                // Never in place of another: two snapshots of one millisecond are one too many.
                guard link(temporary, target) == 0 else { throw SnapshotError(errno: "cannot name \(target)") }
            } catch {
                unlink(temporary)
                throw error
            }
            unlink(temporary)
            try synchronize(path)
            var status = stat()
            guard stat(target, &status) == 0 else { throw SnapshotError(errno: "cannot stat \(target)") }
            return SnapshotFile(file: file, name: name, bytes: Int64(status.st_size))
        }

        /// Compresses all but the newest, and deletes what is too much. What fails is left for the next time.
        public func tidy() throws(SnapshotError) {
            for file in try files() where !file.isCompressed && has("\(file.file).gz") {
                // Compressed, and then killed before the other was gone.
                unlink("\(path)/\(file.file)")
            }
            for file in retention.surplus(try files()) { unlink("\(path)/\(file.file)") }
            for file in SnapshotRetention.compressible(try files()) { try compress(file) }
            for file in retention.surplus(try files()) { unlink("\(path)/\(file.file)") }
        }

        private func compress(_ file: SnapshotFile) throws(SnapshotError) {
            let target = "\(path)/\(file.file).gz"
            let temporary = target + SnapshotName.temporarySuffix
            unlink(temporary)
            try SnapshotCompression.compress("\(path)/\(file.file)", to: temporary)
            guard rename(temporary, target) == 0 else {
                defer { unlink(temporary) }
                throw SnapshotError(errno: "cannot name \(target)")
            }
            unlink("\(path)/\(file.file)")
            try synchronize(path)
        }

        private func has(_ file: String) -> Bool { access("\(path)/\(file)", F_OK) == 0 }

        private func isOurs(_ file: String) -> Bool { file.hasPrefix(SnapshotName.prefix(beaconID)) }

        private func create(_ path: String) throws(SnapshotError) {
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { throw SnapshotError(errno: "cannot write \(path)") }
            close(descriptor)
        }

        private func synchronize(_ path: String) throws(SnapshotError) {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw SnapshotError(errno: "cannot open \(path)") }
            defer { close(descriptor) }
            guard fsync(descriptor) == 0 else { throw SnapshotError(errno: "cannot fsync \(path)") }
        }

        private func entries() throws(SnapshotError) -> [String] {
            guard let directory = opendir(path) else { throw SnapshotError(errno: "cannot read \(path)") }
            defer { closedir(directory) }
            var names: [String] = []
            while let entry = readdir(directory) {
                names.append(
                    withUnsafePointer(to: &entry.pointee.d_name) {
                        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                    })
            }
            return names
        }
    }
#endif

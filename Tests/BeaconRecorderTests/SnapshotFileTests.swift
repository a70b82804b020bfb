#if Snapshots
    import BeaconBasics
    import BeaconTestKit
    import Glibc
    import Testing

    @testable import BeaconRecorder

    @Suite struct SnapshotFileTests {
        private static let nodes = [
            SnapshotNode(id: NodeID(.max), endpoint: Address("[2001:db8::1]:7")!, lastSeen: 5.5),
            SnapshotNode(
                id: NodeID(1), endpoint: Address("192.0.2.1:5")!, local: Address("192.0.2.9:0"), lastSeen: 6,
                wantsDestination: true, isProven: true, key: Array(0..<32)),
        ]

        private func directory() -> SnapshotDirectory {
            var template = Array("/tmp/beacon-recorder-XXXXXX".utf8CString)
            let path = String(cString: mkdtemp(&template)!)
            return SnapshotDirectory(path, beaconID: 7, retention: SnapshotRetention(count: 3, bytes: 1 << 30))
        }

        private func remove(_ directory: SnapshotDirectory) {
            for file in (try? directory.files()) ?? [] { unlink("\(directory.path)/\(file.file)") }
            rmdir(directory.path)
        }

        private func save(_ directory: SnapshotDirectory, at time: Double = 1_795_000_000.25) throws -> String {
            var snapshot = Snapshot.example
            snapshot.meta.takenAt = time
            let file = try directory.save(snapshot) { sink in for node in Self.nodes { try sink(node) } }
            return "\(directory.path)/\(file.file)"
        }

        private func nodes(_ path: String) throws -> [SnapshotNode] {
            var nodes: [SnapshotNode] = []
            try SnapshotReader(path).forEachNode { nodes.append($0) }
            return nodes
        }

        @Test func whatIsWrittenIsRead() throws {
            let directory = directory()
            defer { remove(directory) }
            let path = try save(directory)
            var expected = Snapshot.example
            expected.meta.nodes = 2
            #expect(try SnapshotReader(path).snapshot() == expected)
            #expect(try nodes(path) == Self.nodes.reversed())
            var status = stat()
            #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        }

        @Test func oldOnesAreCompressedAndTheOldestGo() throws {
            let directory = directory()
            defer { remove(directory) }
            for second in 1...5 {
                _ = try save(directory, at: Double(second))
                try directory.tidy()
            }
            let files = try directory.files()
            #expect(files.map(\.name.milliseconds) == [5_000, 4_000, 3_000])
            #expect(files.map(\.isCompressed) == [false, true, true])
            #expect(try nodes("\(directory.path)/\(files[2].file)") == Self.nodes.reversed())
            #expect(try SnapshotReader("\(directory.path)/\(files[1].file)").meta.beaconID == 7)
        }

        @Test func aFailureLeavesNothingBehindAndTheOldOnesStay() throws {
            struct Full: Error {}
            let directory = directory()
            defer { remove(directory) }
            _ = try save(directory)
            var next = Snapshot.example
            next.meta.takenAt += 1
            #expect(throws: SnapshotError.self) { try directory.save(next) { _ in throw Full() } }
            #expect(throws: SnapshotError.self) { _ = try save(directory) }
            #expect(try directory.files().count == 1)
            var left: [String] = []
            let listing = try #require(opendir(directory.path))
            while let entry = readdir(listing) {
                left.append(
                    withUnsafePointer(to: &entry.pointee.d_name) {
                        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                    })
            }
            closedir(listing)
            #expect(left.count == 3, "., .. and the one that was there")
        }

        @Test func whatAKilledProcessLeftIsTakenAwayAndOthersFilesAreNot() throws {
            let directory = directory()
            let names = ["beacon-7-x.sqlite.tmp", "beacon-8-x.sqlite.tmp", "notes.tmp"]
            for name in names { close(open("\(directory.path)/\(name)", O_CREAT | O_WRONLY, 0o600)) }
            try directory.prepare()
            #expect(names.map { access("\(directory.path)/\($0)", F_OK) } == [-1, 0, 0])
            for name in names { unlink("\(directory.path)/\(name)") }
            remove(directory)
        }

        @Test func aMissingDirectoryIsAnErrorAndMadeOnlyAtTheStart() throws {
            let directory = directory()
            rmdir(directory.path)
            #expect(throws: SnapshotError.self) { _ = try save(directory) }
            #expect(throws: SnapshotError.self) { try directory.tidy() }
            try directory.prepare()
            _ = try save(directory)
            remove(directory)
        }

        /// Every length but the whole is refused, plain and compressed.
        @Test func aFileThatIsCutShortIsRefused() throws {
            let directory = directory()
            defer { remove(directory) }
            let path = try save(directory)
            _ = try save(directory, at: 1_795_000_001)
            try directory.tidy()
            for file in try directory.files().map({ "\(directory.path)/\($0.file)" }) {
                var status = stat()
                #expect(stat(file, &status) == 0)
                for part in 0..<8 {
                    let copy = "\(path).part"
                    let source = open(file, O_RDONLY)
                    let target = open(copy, O_CREAT | O_TRUNC | O_WRONLY, 0o600)
                    var bytes = [UInt8](repeating: 0, count: Int(status.st_size) * part / 8)
                    #expect(
                        read(source, &bytes, bytes.count) == bytes.count
                            && write(target, bytes, bytes.count) == bytes.count)
                    close(source)
                    close(target)
                    #expect(throws: SnapshotError.self, "\(part)/8") { try nodes(copy) }
                    unlink(copy)
                }
            }
        }

        @Test func whatIsNoSnapshotIsRefusedWithASentence() throws {
            #expect { try SnapshotReader("/proc/self/status") } throws: { "\($0)".contains("is not a snapshot") }
            #expect { try SnapshotReader("/nonexistent") } throws: { "\($0)".contains("No such file") }
        }
    }
#endif

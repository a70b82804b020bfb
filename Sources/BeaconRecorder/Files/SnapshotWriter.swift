#if Snapshots
    import BeaconBasics
    import FoundationEssentials
    import GRDB
    import GRDBSQLite

    /// Writes a snapshot into a new file. Not safe against a crash while it works, and it need not be: the file is made
    /// under another name, checked, and only then given its own (`SnapshotDirectory`).
    struct SnapshotWriter {
        private let database: Database

        /// - Parameters:
        ///   - path: of an empty file.
        ///   - nodes: gives every registered node to the closure that it is handed.
        /// - Returns: how many nodes were written.
        static func write(
            _ snapshot: Snapshot, nodes: SnapshotNodeSource, to path: String
        ) throws(SnapshotError) -> Int {
            do {
                let queue = try DatabaseQueue(path: path, configuration: configuration)
                defer { try? queue.close() }
                return try queue.writeWithoutTransaction { database in
                    try SnapshotWriter(database: database).write(snapshot, nodes)
                }
            } catch {
                throw SnapshotError(error)
            }
        }

        /// No journal and no syncs on the way: what is half done is thrown away.
        private static var configuration: GRDB.Configuration {
            var configuration = GRDB.Configuration()
            configuration.prepareDatabase { database in
                try database.execute(
                    sql: """
                        PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
                        PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000; PRAGMA trusted_schema = OFF
                        """)
            }
            return configuration
        }

        private func write(_ snapshot: Snapshot, _ nodes: SnapshotNodeSource) throws -> Int {
            var count = 0
            try database.inTransaction {
                try database.execute(sql: "PRAGMA application_id = \(SnapshotFormat.applicationID)")
                try database.execute(sql: "PRAGMA user_version = \(SnapshotMeta.schema)")
                for statement in SnapshotFormat.schema(samples: snapshot.samples.names) {
                    try database.execute(sql: statement)
                }
                try insert(SnapshotFormat.about, into: .about)
                try insertTables(of: snapshot)
                count = try insert(nodes)
                var meta = snapshot.meta
                meta.nodes = count
                try insert(meta.facts.map { [.text($0.name), .text($0.value)] }, into: .meta)
                return .commit
            }
            guard try String.fetchOne(database, sql: "PRAGMA quick_check(1)") == "ok" else {
                throw SnapshotError("the file that was written fails SQLite's check")
            }
            return count
        }

        private func insertTables(of snapshot: Snapshot) throws {
            try insert(snapshot.config)
            try insert(snapshot.counters)
            try insert(snapshot.shards)
            try insert(snapshot.peers)
            try insert(snapshot.peerHistory)
            try insert(snapshot.directoryOwners)
            try insert(snapshot.drops)
            try insert(snapshot.topTalkers)
            try insert(
                snapshot.events.map {
                    [.init($0.id), .init($0.time), .init($0.kind.rawValue), .init($0.fieldsJSON)]
                }, into: .events)
            try insert(
                snapshot.samples.rows.lazy.map { row in [.init(row.time)] + row.values.map { .init($0) } },
                into: .samples, more: snapshot.samples.names)
        }

        private func insert<Row: SnapshotRow>(_ rows: [Row]) throws {
            try insert(rows.lazy.map(\.cells), into: Row.table)
        }

        private func insert(
            _ rows: some Sequence<[SnapshotCell]>, into table: SnapshotTable, more names: [String] = []
        ) throws {
            let statement = try database.makeStatement(sql: SnapshotFormat.insert(into: table, more: names))
            for row in rows { try statement.execute(arguments: StatementArguments(row.map(\.databaseValue))) }
        }

        /// Millions of rows: bound by hand, at a third of the cost.
        private func insert(_ nodes: SnapshotNodeSource) throws -> Int {
            let statement = try database.makeStatement(sql: SnapshotFormat.insert(into: .nodes))
            try withExtendedLifetime(statement) {
                let raw = statement.sqliteStatement
                try nodes { node in
                    bind(node, to: raw)
                    let code = sqlite3_step(raw)
                    sqlite3_reset(raw)
                    guard code == SQLITE_DONE else {
                        throw DatabaseError(resultCode: database.lastErrorCode, message: database.lastErrorMessage)
                    }
                }
            }
            return try Int.fetchOne(database, sql: "SELECT count(*) FROM nodes") ?? 0
        }

        private func bind(_ node: SnapshotNode, to raw: OpaquePointer) {
            sqlite3_bind_int64(raw, 1, Int64(node.id.rawValue))
            bind(node.endpoint.description, to: raw, 2)
            if let local = node.local { bind(local.description, to: raw, 3) } else { sqlite3_bind_null(raw, 3) }
            sqlite3_bind_double(raw, 4, node.lastSeen)
            sqlite3_bind_int64(raw, 5, node.wantsDestination ? 1 : 0)
            sqlite3_bind_int64(raw, 6, node.isProven ? 1 : 0)
            guard let key = node.key else {
                sqlite3_bind_null(raw, 7)
                return
            }
            key.withUnsafeBytes { _ = sqlite3_bind_blob(raw, 7, $0.baseAddress, Int32($0.count), Self.transient) }
        }

        private func bind(_ text: String, to raw: OpaquePointer, _ index: Int32) {
            var text = text
            text.withUTF8 { utf8 in
                utf8.withMemoryRebound(to: CChar.self) {
                    _ = sqlite3_bind_text(raw, index, $0.baseAddress, Int32($0.count), Self.transient)
                }
            }
        }

        /// SQLite copies the bytes before the call returns.
        private static var transient: sqlite3_destructor_type {
            unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        }
    }

    extension SnapshotError {
        /// SQLite's sentence, without statements and values.
        init(_ error: any Error) {
            if let error = error as? SnapshotError {
                self = error
            } else if let error = error as? DatabaseError {
                self.init("SQLite: \(error.message ?? "\(error.resultCode)") (\(error.extendedResultCode.rawValue))")
            } else {
                self.init("\(error)")
            }
        }
    }

    extension SnapshotCell {
        var databaseValue: DatabaseValue {
            switch self {
            case .null: .null
            case .integer(let value): value.databaseValue
            case .real(let value): value.databaseValue
            case .text(let value): value.databaseValue
            case .blob(let value): Data(value).databaseValue
            }
        }

        init(_ value: DatabaseValue) {
            self =
                switch value.storage {
                case .null: .null
                case .int64(let value): .integer(value)
                case .double(let value): .real(value)
                case .string(let value): .text(value)
                case .blob(let value): .blob([UInt8](value))
                }
        }
    }
#endif

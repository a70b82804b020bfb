#if Snapshots
    import BeaconBasics
    import GRDB
    import GRDBSQLite

    /// Reads a snapshot file, also one that is gzip-compressed. The file is not trusted: what is not a snapshot, is cut
    /// short or comes from a later layout is refused with a sentence; missing tables are empty.
    public struct SnapshotReader {
        let queue: DatabaseQueue
        public let meta: SnapshotMeta

        /// Opens the file and reads what it says of itself. A compressed one is unpacked to a temporary file first.
        public init(_ path: String) throws(SnapshotError) {
            let plain = try SnapshotCompression.opened(path)
            defer { plain.discard() }
            do {
                var configuration = GRDB.Configuration()
                configuration.readonly = true
                configuration.prepareDatabase { try $0.execute(sql: "PRAGMA trusted_schema = OFF") }
                let queue = try DatabaseQueue(path: plain.path, configuration: configuration)
                self.queue = queue
                meta = try queue.read { try Self.meta($0) }
            } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
                throw SnapshotError("\(path) is not a snapshot of a beacon")
            } catch {
                throw SnapshotError("\(path): \(SnapshotError(error))")
            }
        }

        private static func meta(_ database: Database) throws -> SnapshotMeta {
            guard try Int32.fetchOne(database, sql: "PRAGMA application_id") == SnapshotFormat.applicationID else {
                throw SnapshotError("it is not a snapshot of a beacon")
            }
            let facts = try Row.fetchAll(database, sql: "SELECT name, value FROM meta").map { row in
                (row["name"] as String? ?? "", row["value"] as String? ?? "")
            }
            guard let meta = SnapshotMeta(Dictionary(facts, uniquingKeysWith: { $1 })) else {
                throw SnapshotError("its table meta makes no sense")
            }
            guard meta.schema <= SnapshotMeta.schema else {
                throw SnapshotError("a later beacon (\(meta.version)) has written it, with layout \(meta.schema)")
            }
            return meta
        }

        /// All but the nodes.
        public func snapshot() throws(SnapshotError) -> Snapshot {
            do {
                return try queue.read { database in
                    var snapshot = Snapshot()
                    snapshot.meta = meta
                    snapshot.config = try Self.rows(database)
                    snapshot.counters = try Self.rows(database)
                    snapshot.samples = try Self.samples(database)
                    snapshot.shards = try Self.rows(database)
                    snapshot.peers = try Self.rows(database)
                    snapshot.peerHistory = try Self.rows(database)
                    snapshot.directoryOwners = try Self.rows(database)
                    snapshot.events = try Self.events(database)
                    snapshot.drops = try Self.rows(database)
                    snapshot.topTalkers = try Self.rows(database)
                    return snapshot
                }
            } catch {
                throw SnapshotError(error)
            }
        }

        /// Hands every node to `body`, in the order of ids, after SQLite has checked the file. Nodes that make no sense
        /// are left out.
        public func forEachNode(_ body: (SnapshotNode) throws -> Void) throws(SnapshotError) {
            do {
                try queue.read { database in
                    guard try String.fetchOne(database, sql: "PRAGMA quick_check(1)") == "ok" else {
                        throw SnapshotError("the file is damaged")
                    }
                    guard try database.tableExists(SnapshotTable.nodes.name) else { return }
                    let sql = "SELECT id, endpoint, local, last_seen, wants_destination, proven, key FROM nodes"
                    // Millions of rows: taken by hand, at a third of the cost.
                    let statement = try database.makeStatement(sql: sql)
                    try withExtendedLifetime(statement) {
                        try Self.step(statement.sqliteStatement, database, body)
                    }
                }
            } catch {
                throw SnapshotError(error)
            }
        }

        private static func step(
            _ raw: OpaquePointer, _ database: Database, _ body: (SnapshotNode) throws -> Void
        ) throws {
            while true {
                switch sqlite3_step(raw) {
                case SQLITE_ROW: if let node = SnapshotNode(row: raw) { try body(node) }
                case SQLITE_DONE: return
                default:
                    throw DatabaseError(resultCode: database.lastErrorCode, message: database.lastErrorMessage)
                }
            }
        }

        private static func rows<R: SnapshotRow>(_ database: Database) throws -> [R] {
            guard try database.tableExists(R.table.name) else { return [] }
            return try Row.fetchAll(database, sql: "SELECT * FROM \(R.table.name) ORDER BY rowid").map { R(cells($0)) }
        }

        private static func events(_ database: Database) throws -> [BeaconEvent] {
            guard try database.tableExists(SnapshotTable.events.name) else { return [] }
            return try Row.fetchAll(database, sql: "SELECT * FROM events ORDER BY id").map { row in
                let cells = cells(row)
                return BeaconEvent(
                    id: cells.integer("id"), time: cells.real("time"), kind: EventKind(rawValue: cells.text("kind")),
                    fields: BeaconEvent.fields(json: cells.text("fields")))
            }
        }

        private static func samples(_ database: Database) throws -> SnapshotSamples {
            let table = SnapshotTable.samples.name
            guard try database.tableExists(table) else { return SnapshotSamples() }
            let names = try database.columns(in: table).map(\.name).filter { $0 != "time" }
            let rows = try Row.fetchAll(database, sql: "SELECT * FROM \(table) ORDER BY time").map { row in
                let cells = cells(row)
                return SnapshotSamples.Row(
                    time: cells.real("time"), values: names.map { cells.integer($0) as UInt64 })
            }
            return SnapshotSamples(names: names, rows: rows)
        }

        private static func cells(_ row: Row) -> SnapshotCells {
            SnapshotCells(Dictionary(row.map { ($0, SnapshotCell($1)) }, uniquingKeysWith: { first, _ in first }))
        }
    }

    extension SnapshotNode {
        /// The columns as `forEachNode` selects them; nil if the id or the endpoint is none. SQLite gives 0 or nothing for
        /// a value of another type.
        fileprivate init?(row: OpaquePointer) {
            guard sqlite3_column_type(row, 0) == SQLITE_INTEGER, let id = UInt32(exactly: sqlite3_column_int64(row, 0)),
                let endpoint = Self.address(row, 1), endpoint.port != 0
            else { return nil }
            self.init(
                id: NodeID(id), endpoint: endpoint, local: Self.address(row, 2),
                lastSeen: sqlite3_column_double(row, 3), wantsDestination: sqlite3_column_int(row, 4) != 0,
                isProven: sqlite3_column_int(row, 5) != 0)
            guard sqlite3_column_bytes(row, 6) == 32, let bytes = sqlite3_column_blob(row, 6) else { return }
            key = Array(UnsafeRawBufferPointer(start: bytes, count: 32))
        }

        private static func address(_ row: OpaquePointer, _ column: Int32) -> Address? {
            guard let text = sqlite3_column_text(row, column) else { return nil }
            return Address(String(cString: text))
        }
    }
#endif

#if Snapshots
    import GRDB
    import GRDBSQLite

    /// What a statement has come to.
    public struct SnapshotRowSet: Equatable, Sendable {
        public var columns: [String] = []
        public var rows: [[SnapshotCell]] = []
        /// There were more rows than were wanted.
        public var isCut = false
    }

    extension SnapshotReader {
        /// Runs one SQL statement of an operator's. It can change nothing and open no other file: the file is open for
        /// reading alone, and no database can be attached.
        ///
        /// - Parameters:
        ///   - limit: rows that are kept.
        ///   - patience: seconds until it is interrupted.
        public func query(_ sql: String, limit: Int, patience: Double) throws(SnapshotError) -> SnapshotRowSet {
            let watchdog = Watchdog(queue, seconds: patience)
            defer { watchdog.cancel() }
            do {
                return try queue.read { database in
                    sqlite3_limit(database.sqliteConnection, SQLITE_LIMIT_ATTACHED, 0)
                    let statement = try database.makeStatement(sql: sql)
                    guard statement.isReadonly else { throw SnapshotError("a snapshot is only read") }
                    var set = SnapshotRowSet(columns: statement.columnNames)
                    let rows = try Row.fetchCursor(statement)
                    while let row = try rows.next() {
                        guard set.rows.count < limit else {
                            set.isCut = true
                            break
                        }
                        set.rows.append(row.databaseValues.map { SnapshotCell($0) })
                    }
                    return set
                }
            } catch let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT {
                throw SnapshotError("it takes longer than \(patience) s")
            } catch {
                throw SnapshotError(error)
            }
        }
    }
#endif

import BeaconBasics
import BeaconCluster

/// S14: nothing grows above its bound, at any time.
extension Simulation {
    /// Between two sweeps one call in so many is looked at, before its outputs are taken.
    static let tablesEvery: UInt64 = 64

    func checkTables(_ host: Host, _ process: BeaconProcess) { checkTables(process.cluster.tables, at: host) }

    func checkTables(_ tables: [TableUse], at host: Host) {
        for table in tables where !table.isWithin {
            fail(.s14, "host \(host.index): \(table.name) holds \(table.used) of \(table.limit)", [host.index])
        }
    }
}

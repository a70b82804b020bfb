import BeaconBasics
import BeaconHTTP
import Testing

@testable import BeaconAdmin

@Suite struct SnapshotPageTests {
    private var status: SnapshotStatus {
        var status = SnapshotStatus(directory: "/var/lib/beacon")
        (status.written, status.failed) = (3, 1)
        status.last = .init(number: 4, reason: "operator", time: 1_700_000_000, took: 0.25, error: "disk full")
        status.files = [
            .init(name: "b.sqlite", bytes: 10, time: 1_700_000_000, reason: "interval", isCompressed: false),
            .init(name: "a.sqlite.gz", bytes: 5, time: 1_600_000_000, reason: "stop", isCompressed: true),
        ]
        return status
    }

    @Test func page() {
        let text = String(decoding: JSONText.line(.snapshots(status)), as: UTF8.self)
        #expect(text.contains(#""written":3,"failed":1"#))
        #expect(text.contains(#""number":4,"reason":"operator""#) && text.contains(#""error":"disk full""#))
        #expect(text.contains(#""bytes":15,"files":[{"name":"b.sqlite""#))
    }

    @Test func metrics() {
        var beacon = BeaconStatus.sample()
        let without = String(decoding: Metrics.bytes(beacon, unready: nil, admin: AdminCounters()), as: UTF8.self)
        #expect(!without.contains("beacon_snapshot"))
        beacon.snapshots = status
        let with = String(decoding: Metrics.bytes(beacon, unready: nil, admin: AdminCounters()), as: UTF8.self)
        #expect(with.contains("beacon_snapshots_total{result=\"failed\"} 1\n"))
        #expect(with.contains("beacon_snapshot_bytes 15\n"))
    }
}

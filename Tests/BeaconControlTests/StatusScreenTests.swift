import BeaconJSON
import Testing

@testable import BeaconControl

@Suite struct StatusScreenTests {
    private let plain = TextStyle(isTerminal: false) { _ in nil }

    private func screen(_ text: String) throws -> String {
        StatusScreen.text(try JSONReader.read(Array(text.utf8)), plain)
    }

    @Test func everything() throws {
        let stats = """
            {"version": "1.2.3", "beacon_id": 7, "listen": "[::]:9001", "uptime_seconds": 90061.5, "ready": false,
             "unready_reason": "draining", "totals": {"received": 26, "answered": 2, "forwarded": 20, "dropped": 4},
             "rates": {"over_seconds": 6.0, "received": 5.5, "answered": 0.2, "forwarded": 4.9, "dropped": 0.4},
             "dropped": {"runt": 0, "relay_rate": 3, "unknown_destination": 90, "bad": 3, "table_full": 1},
             "nodes": {"registered": 5, "capacity": 1024, "routes": 6},
             "registry": {"address": "r.example:9000", "state": "untrusted", "last_error": "its certificate is a1b2"},
             "fleet": {"members": {"alive": 2, "suspect": 0, "dead": 1, "left": 0, "draining": 1}},
             "drain": {"state": "draining", "left_seconds": 119.5, "nodes": {"at_start": 9, "left": 5}},
             "process": {"cpu_seconds": 61.2, "resident_bytes": 20971520}}
            """
        let expected = """
            beacon 7 1.2.3, up 1d 1h: not ready: draining
            listen    [::]:9001
            nodes     5 of 1024 registered, 6 at reference beacons
            rates     6 received/s, 5 forwarded, 0 answered, 0 dropped
            total     26 received, 20 forwarded, 2 answered, 4 dropped
            drops     unknown_destination 90, bad 3, relay_rate 3
            fleet     2 others alive, 1 dead, 1 draining
            registry  r.example:9000 untrusted: its certificate is a1b2
            drain     draining: 5 of 9 nodes left, 1m 59s to the deadline
            process   20 MiB, 1m 1s of CPU

            """
        #expect(try screen(stats) == expected)
    }

    @Test("what is not there is left out")
    func little() throws {
        let stats =
            #"{"version":"1","beacon_id":0,"ready":true,"rates":{"received":null},"fleet":null,"dropped":{"a":0}}"#
        #expect(try screen(stats) == "beacon 1: ready\ndrops     none\n")
        #expect(try screen("[]") == "beacon : not ready: no reason is given\n")
    }

    @Test func nothingMovesTheCursor() throws {
        let text = try screen(#"{"ready":false,"unready_reason":"\u001b[2J\r\n\u009b"}"#)
        #expect(text == "beacon : not ready: \\u{1b}[2J\\u{d}\\u{a}\\u{9b}\n")
    }

    @Test(arguments: [
        (0.0, "0s"), (59.9, "59s"), (61, "1m 1s"), (3_600, "1h 0m"), (90_061, "1d 1h"), (-5, "0s"),
        (.infinity, "11574074d 1h"),
    ])
    func durations(seconds: Double, expected: String) {
        #expect(StatusScreen.duration(seconds) == expected)
    }
}

import BeaconLoadKit
import BeaconPrinting
import Testing

struct ReportTests {
    private var report: Report {
        var measurement = Measurement()
        measurement.seconds = 1
        measurement.completed = 1000
        var tally = RelayTally()
        tally.sent = 1500
        tally.delivered = 1490
        return Report(
            command: "relay", server: "127.0.0.1:9001", load: [("nodes", .integer(4))], measurement: measurement,
            unit: .frame, tally: ("frames", tally.json),
            latency: LatencySummary(samples: 1000, p50: 10, p99: 20.5, p999: 30, max: 40), warnings: ["mind the gap"],
            interrupted: false)
    }

    @Test func `Text has the names of the JSON form, and warnings last`() {
        let lines = report.text.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("frames.lost") && $0.hasSuffix(" 10") })
        #expect(lines.contains { $0.hasPrefix("latency_us.p99 ") && $0.hasSuffix(" 20.5") })
        #expect(lines.contains { $0.hasPrefix("server_cpu ") && $0.hasSuffix(" -") })
        #expect(lines.last == "warning: mind the gap")
    }

    @Test func `Wrong frames are those no correct beacon delivers`() {
        var tally = RelayTally()
        tally.reordered = 5
        tally.unrelated = 5
        #expect(!tally.isWrong)
        for field in [\RelayTally.corrupted, \.duplicated, \.misdelivered] {
            var wrong = tally
            wrong[keyPath: field] = 1
            #expect(wrong.isWrong)
        }
    }

    @Test func `A progress line says what happens now`() {
        let line = ProgressLine(
            phase: .measuring, elapsed: 2.2, total: 10, perSecond: 181_138.4, unit: .frame, inFlight: 512, lost: 0,
            wrong: 0)
        #expect(line.text == "2 of 10 s  181,138 frames/s  in flight 512  lost 0  wrong 0")
    }
}

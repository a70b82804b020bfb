import BeaconLoadKit
import Testing

struct DiagnosisTests {
    /// Two seconds and 300,000 frames, with nothing to remark.
    private var clean: Measurement {
        var measurement = Measurement()
        measurement.seconds = 2
        measurement.completed = 300_000
        measurement.sent = 300_000
        measurement.serverCPU = 1.9
        measurement.serverWait = 0.001
        measurement.loadCPU = 1.99
        return measurement
    }

    private func warnings(
        _ pace: Pace = .window(512), lost: UInt64 = 0, sharesCPUs: Bool = false, _ change: (inout Measurement) -> Void
    ) -> [String] {
        var measurement = clean
        change(&measurement)
        return Diagnosis(measurement, pace: pace).warnings(sharesCPUs: sharesCPUs, sent: measurement.sent, lost: lost)
    }

    @Test func `A good run gives no warning`() {
        #expect(warnings { _ in }.isEmpty)
        #expect(warnings(.rate(150_000)) { $0.serverCPU = 0.01 }.isEmpty, "an open loop need not fill the server")
    }

    @Test func `What is not known is no reason to warn`() {
        let unknown = warnings {
            $0.serverCPU = nil
            $0.serverWait = nil
            $0.loadCPU = nil
        }
        #expect(unknown.isEmpty)
    }

    @Test func `An idle server is the load's fault`() {
        #expect(
            warnings { $0.serverCPU = 1 } == [
                "the server was busy only 50.0 % of the time: the load was the bottleneck"
            ])
    }

    @Test func `Other processes are told apart from a slow load`() {
        let shared = warnings {
            $0.serverCPU = 1
            $0.serverWait = 0.9
        }
        #expect(shared == ["the server waited for its CPU 45.0 % of the time: another process ran there"])
        let taken = warnings { $0.loadCPU = 1 }
        #expect(taken == ["the load ran only 50.0 % of the time: another process ran on its CPU"])
    }

    @Test func `On shared CPUs both must wait`() {
        let shared = warnings(sharesCPUs: true) {
            $0.serverCPU = 1
            $0.serverWait = 0.9
            $0.loadCPU = 1
        }
        #expect(shared.isEmpty)
    }

    @Test func `Too little to measure, too much lost, a rate not kept`() {
        #expect(warnings { $0.serverCPU = 0.05 }.contains { $0.contains("50 ms") })
        #expect(warnings(lost: 3000) { _ in } == ["1.0 % of what was sent was lost"])
        #expect(warnings(.rate(300_000)) { _ in } == ["only 50.0 % of the asked rate was sent"])
    }
}

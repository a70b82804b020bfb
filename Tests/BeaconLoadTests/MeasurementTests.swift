import BeaconLoadKit
import Testing

struct MeasurementTests {
    private func measurement(cpu: Double? = 1.5, completed: UInt64 = 300_000, sent: UInt64 = 300_000) -> Measurement {
        var measurement = Measurement()
        measurement.seconds = 2
        measurement.completed = completed
        measurement.sent = sent
        measurement.serverCPU = cpu
        return measurement
    }

    @Test func `Figures are quotients of what was counted`() {
        #expect(measurement().perSecond == 150_000)
        #expect(measurement().serverUtilisation == 0.75)
        #expect(measurement().nanosecondsPerFrame == 5000)
    }

    @Test func `Nothing is divided by nothing`() {
        #expect(Measurement().perSecond == 0)
        #expect(Measurement().serverUtilisation == nil)
        #expect(measurement(completed: 0).nanosecondsPerFrame == nil)
        #expect(measurement(cpu: nil).nanosecondsPerFrame == nil)
    }

    private func warnings(_ measurement: Measurement, _ pace: Pace, lost: UInt64 = 0) -> [String] {
        Diagnosis.warnings(measurement, pace: pace, sent: measurement.sent, lost: lost)
    }

    @Test func `A busy server and a complete run give no warning`() {
        #expect(warnings(measurement(cpu: 1.9), .window(512)).isEmpty)
        #expect(warnings(measurement(cpu: nil), .window(512)).isEmpty)
        #expect(warnings(measurement(cpu: 0.01), .rate(150_000)).isEmpty)
    }

    @Test func `What makes a figure doubtful is said`() {
        #expect(warnings(measurement(cpu: 1.0), .window(512)).contains { $0.contains("50.0 %") })
        #expect(warnings(measurement(cpu: 0.05), .window(512)).contains { $0.contains("too little") })
        #expect(warnings(measurement(), .rate(300_000)).contains { $0.contains("50.0 % of the asked rate") })
        #expect(
            warnings(measurement(cpu: 1.9), .window(512), lost: 3000).contains { $0.contains("1.0 % of what was sent") }
        )
    }
}

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
        #expect(measurement().share(1.5) == 0.75)
        #expect(measurement().nanosecondsPerFrame == 5000)
    }

    @Test func `Nothing is divided by nothing`() {
        #expect(Measurement().perSecond == 0)
        #expect(Measurement().share(1) == nil)
        #expect(measurement(completed: 0).nanosecondsPerFrame == nil)
        #expect(measurement(cpu: nil).nanosecondsPerFrame == nil)
    }
}

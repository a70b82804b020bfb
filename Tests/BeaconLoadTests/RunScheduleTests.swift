import BeaconBasics
import BeaconLoadKit
import Testing

struct RunScheduleTests {
    private struct Step {
        var milliseconds: UInt64
        var inFlight = 1
        var stop = false
        var phase: RunSchedule.Phase
    }

    /// Half a second of warm-up and two to measure; each step is told in turn, and must lead to its phase.
    private func follow(_ steps: [Step]) {
        let start = Moment(nanoseconds: 7)
        var schedule = RunSchedule(warmUp: .milliseconds(500), measure: .seconds(2), at: start)
        for step in steps {
            let before = schedule.phase
            let hasChanged = schedule.advance(
                to: start + .milliseconds(step.milliseconds), inFlight: step.inFlight, stop: step.stop)
            #expect(schedule.phase == step.phase, "at \(step.milliseconds) ms")
            #expect(hasChanged == (before != step.phase))
            #expect(schedule.isSending == (step.phase == .warmingUp || step.phase == .measuring))
        }
    }

    @Test func `A run warms up, measures and drains`() {
        follow([
            Step(milliseconds: 499, phase: .warmingUp), Step(milliseconds: 510, phase: .measuring),
            Step(milliseconds: 2509, phase: .measuring), Step(milliseconds: 2510, phase: .draining),
            Step(milliseconds: 2600, phase: .draining), Step(milliseconds: 2601, inFlight: 0, phase: .done),
            Step(milliseconds: 2602, phase: .done),
        ])
    }

    @Test func `The drain has an end`() {
        let limit = RunSchedule.drainLimit.nanoseconds / 1_000_000
        follow([
            Step(milliseconds: 0, stop: true, phase: .draining),
            Step(milliseconds: limit - 1, stop: true, phase: .draining),
            Step(milliseconds: limit, stop: true, phase: .done),
        ])
    }

    @Test func `A signal ends the measuring early`() {
        follow([
            Step(milliseconds: 1000, phase: .measuring), Step(milliseconds: 1100, stop: true, phase: .draining),
        ])
    }
}

import BeaconBasics
import BeaconTestKit
import Logging
import Testing

@testable import BeaconServer

@Suite struct LoggingLimiterTests {
    @Test func aBurstThenOneASecond() {
        var limiter = LogLimiter(LogLimits())
        var clock = ManualClock()
        let burst = (0..<15).map { _ in limiter.admit("m", .info, at: clock.now) }
        #expect(burst == Array(repeating: 0, count: 10) + Array(repeating: nil, count: 5))
        clock.advance(.milliseconds(999))
        #expect(limiter.admit("m", .info, at: clock.now) == nil)
        clock.advance(.milliseconds(1))
        #expect(limiter.admit("m", .info, at: clock.now) == 6)
        clock.advance(.seconds(1))
        #expect(limiter.admit("m", .info, at: clock.now) == 0)
        #expect(limiter.suppressed == 6)
    }

    @Test func messagesAndLevelsHaveTheirOwn() {
        var limiter = LogLimiter(LogLimits())
        let now = ManualClock().now
        for _ in 0..<11 { _ = limiter.admit("m", .info, at: now) }
        #expect(limiter.admit("m", .info, at: now) == nil)
        #expect(limiter.admit("m", .error, at: now) == 0)
        #expect(limiter.admit("n", .info, at: now) == 0)
    }

    @Test func allTogetherAreBoundedAndErrorsKeepTheirShare() {
        var limiter = LogLimiter(LogLimits(total: Rate(perSecond: 10, burst: 20)))
        var clock = ManualClock()
        let chatter = (0..<100).count { limiter.admit("chatter \($0)", .info, at: clock.now) != nil }
        #expect(chatter == 20)
        let errors = (0..<100).count { limiter.admit("error \($0)", .warning, at: clock.now) != nil }
        #expect(errors == 20)
        clock.advance(.seconds(1))
        let later = (0..<100).count { limiter.admit("chatter \($0)", .debug, at: clock.now) != nil }
        #expect(later == 10)
        #expect(limiter.suppressed == 250)
    }

    @Test func moreMessagesThanFitShareABucket() {
        var limiter = LogLimiter(LogLimits(total: .unlimited, messages: 4))
        var clock = ManualClock()
        let admitted = (0..<100).count { limiter.admit("m\($0)", .info, at: clock.now) != nil }
        #expect(admitted == 4 + 10)
        // Buckets that are full again make room for others.
        clock.advance(.seconds(1))
        #expect((0..<4).allSatisfy { limiter.admit("n\($0)", .info, at: clock.now) == 0 })
    }

    @Test func anEntryWithSomethingToReportStays() {
        var limiter = LogLimiter(LogLimits(total: .unlimited, messages: 1))
        var clock = ManualClock()
        for _ in 0..<12 { _ = limiter.admit("m", .info, at: clock.now) }
        clock.advance(.seconds(60))
        #expect(limiter.admit("other", .info, at: clock.now) == 0)
        #expect(limiter.admit("m", .info, at: clock.now) == 2)
    }
}

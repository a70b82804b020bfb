import BeaconBasics
import Testing

@testable import BeaconControl

@Suite struct DrainFollowerTests {
    private static func reading(
        _ state: DrainReading.State = .draining, left: Int = 10, seconds: Double = 100, began: Double? = 5,
        stays: Bool = false
    ) -> DrainReading {
        var reading = DrainReading(state)
        (reading.nodesAtStart, reading.nodesLeft, reading.leftSeconds) = (10, left, seconds)
        (reading.beganAt, reading.stays) = (began, stays)
        return reading
    }

    private static func at(_ milliseconds: UInt64) -> Moment { Moment(nanoseconds: milliseconds * 1_000_000) }

    private var follower = DrainFollower(reading(), at: at(0))

    @Test("the last line says how it ended")
    mutating func lastLine() {
        #expect(follower.read(Self.reading(left: 5), at: Self.at(1_000)) == nil)
        let (none, some) = (Self.reading(.left, left: 0), Self.reading(.left, left: 2))
        var other = follower
        #expect(follower.read(none, at: Self.at(2_000)) == .drained(none))
        #expect(other.read(some, at: Self.at(2_000)) == .deadline(some))
    }

    @Test mutating func cancelled() {
        let serving = Self.reading(.serving, left: 7)
        #expect(follower.read(serving, at: Self.at(1_000)) == .cancelled(serving))
    }

    @Test("another drain than ours: somebody cancelled ours and ordered one anew")
    mutating func anotherDrain() {
        #expect(follower.read(Self.reading(began: 6), at: Self.at(1_000)) == .cancelled(Self.reading()))
    }

    @Test("a connection that closes when nobody is left, or at the deadline, is the beacon's exit")
    func exits() {
        for (left, seconds, since, end) in [
            (0, 100.0, UInt64(10), DrainEnd.drained(Self.reading(left: 0))),
            (3, 0.4, 0, .deadline(Self.reading(left: 3, seconds: 0.4))),
            (3, 1.4, 900, .deadline(Self.reading(left: 3, seconds: 1.4))),
        ] {
            var follower = DrainFollower(Self.reading(), at: Self.at(0))
            #expect(follower.read(Self.reading(left: left, seconds: seconds), at: Self.at(5_000)) == nil)
            #expect(follower.broke("closed", at: Self.at(5_000 + since)) == end)
        }
    }

    @Test("of a beacon that stays, it is not", arguments: [(0, 100.0), (3, 0.0)])
    func staying(left: Int, seconds: Double) {
        var follower = DrainFollower(Self.reading(left: left, seconds: seconds, stays: true), at: Self.at(0))
        #expect(follower.broke("closed", at: Self.at(1)) == nil)
        #expect(follower.broke("cannot reach it", at: Self.at(2)) == .lost(reason: "cannot reach it"))
    }

    @Test("before that it is asked again, and each connection that says something earns another")
    mutating func asksAgain() {
        for time in [UInt64(1_000), 2_000, 3_000] {
            #expect(follower.broke("closed", at: Self.at(time)) == nil)
            #expect(follower.read(Self.reading(left: 5), at: Self.at(time + 500)) == nil)
        }
        #expect(follower.broke("closed", at: Self.at(4_000)) == nil)
        #expect(follower.broke("refused", at: Self.at(4_000)) == .lost(reason: "refused"))
    }

    @Test("a beacon that was started anew has not drained", arguments: [nil, 7])
    mutating func startedAnew(began: Double?) {
        #expect(follower.broke("closed", at: Self.at(1_000)) == nil)
        let end = follower.read(Self.reading(.serving, left: 0, began: began), at: Self.at(1_001))
        #expect(end?.exitStatus == .lost)
    }

    @Test func statuses() {
        let reading = Self.reading()
        let ends: [DrainEnd] = [.drained(reading), .deadline(reading), .cancelled(reading), .lost(reason: "")]
        #expect(ends.map(\.exitStatus.rawValue) == [0, 3, 4, 6])
    }
}

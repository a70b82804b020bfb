import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconRelay

@Suite struct RecentFramesTests {
    private let start = Moment(nanoseconds: 1_000_000_000)

    /// What is handed out, as (sender, destination, payload).
    private func rest(_ frames: inout RecentFrames) -> [String] {
        var found: [String] = []
        while let frame = frames.next() {
            let text = String(decoding: frame.payload, as: UTF8.self)
            found.append("\(frame.sender.rawValue)>\(frame.destination.rawValue) \(text)")
        }
        return found
    }

    private func add(_ frames: inout RecentFrames, _ text: String, _ from: UInt32, _ to: UInt32, at now: Moment) {
        let bytes = Array(text.utf8)
        frames.add(bytes.span.bytes, from: NodeID(from), to: NodeID(to), at: now)
    }

    @Test func offItKeepsNothing() {
        var frames = RecentFrames()
        add(&frames, "a", 1, 2, at: start)
        let isOff = !frames.isOn
        #expect(isOff)
        let holdsNothing = !frames.holds(NodeID(2))
        #expect(holdsNothing)
        frames.choose(NodeID(2), at: start)
        #expect(rest(&frames) == [])
    }

    @Test func whatWentToANodeIsRepeatedOnceInItsOrder() {
        var frames = RecentFrames()
        frames.begin()
        add(&frames, "a", 1, 2, at: start)
        add(&frames, "x", 1, 3, at: start)
        add(&frames, "b", 4, 2, at: start + .milliseconds(1))
        add(&frames, "", 1, 2, at: start + .milliseconds(2))
        let holdsTwo = frames.holds(NodeID(2))
        #expect(holdsTwo)
        frames.choose(NodeID(2), at: start + .milliseconds(3))
        let holdsTwoNoMore = !frames.holds(NodeID(2))
        #expect(holdsTwoNoMore, "chosen is as good as sent")
        #expect(rest(&frames) == ["1>2 a", "4>2 b", "1>2 "])
        frames.choose(NodeID(2), at: start + .milliseconds(3))
        #expect(rest(&frames) == [])
        let holdsThree = frames.holds(NodeID(3))
        #expect(holdsThree)
        let missedNone = frames.doubtful == 0
        #expect(missedNone)
    }

    @Test func nothingOlderThanTheDoubt() {
        var frames = RecentFrames()
        frames.begin()
        add(&frames, "old", 1, 2, at: start)
        add(&frames, "new", 1, 2, at: start + .milliseconds(1))
        frames.choose(NodeID(2), at: start + .milliseconds(1) + RecentFrames.doubt)
        #expect(rest(&frames) == ["1>2 new"])
    }

    @Test func theLatestOfEachFlowAndNoMoreThanDaemonsBear() {
        var frames = RecentFrames()
        frames.begin()
        for number in 0..<30 {
            add(&frames, "a\(number)", 1, 2, at: start)
            if number < 3 { add(&frames, "b\(number)", 5, 2, at: start) }
        }
        frames.choose(NodeID(2), at: start)
        let expected = (0..<3).map { "5>2 b\($0)" } + (6..<30).map { "1>2 a\($0)" }
        #expect(Set(rest(&frames)) == Set(expected))
        let missedSix = frames.doubtful == 6
        #expect(missedSix)
    }

    @Test func whatItCannotHaveTakenIsRepeatedWhole() {
        var frames = RecentFrames()
        frames.begin()
        for number in 0..<60 { add(&frames, "\(number)", 1, 2, at: start + .milliseconds(UInt64(number))) }
        frames.choose(NodeID(2), deafSince: start + .milliseconds(30), at: start + .milliseconds(60))
        #expect(rest(&frames) == (6..<60).map { "1>2 \($0)" }, "30 for certain, and 24 before")
        let missedSix = frames.doubtful == 6
        #expect(missedSix)
    }

    @Test func fullItLosesTheOldestAndSaysThatSomethingMayBeMissing() {
        var frames = RecentFrames()
        frames.begin()
        let payload = String(repeating: "x", count: 60_000)
        let count = RecentFrames.byteCapacity / 60_000 + 2
        for number in 0..<count { add(&frames, payload, UInt32(number), 2, at: start) }
        frames.choose(NodeID(2), at: start)
        let kept = rest(&frames)
        #expect(kept.count < count)
        #expect(kept.allSatisfy { $0.hasSuffix(payload) })
        #expect(kept.last?.hasPrefix("\(count - 1)>") == true)
        let missedSome = frames.lost == 1
        #expect(missedSome)
    }

    @Test func moreFramesThanPlaces() {
        var frames = RecentFrames()
        frames.begin()
        for number in 0..<RecentFrames.frameCapacity + 10 { add(&frames, "", 1, UInt32(number), at: start) }
        let oldestAreGone = !frames.holds(NodeID(0)) && !frames.holds(NodeID(9))
        #expect(oldestAreGone)
        let newestIsThere = frames.holds(NodeID(UInt32(RecentFrames.frameCapacity)))
        #expect(newestIsThere)
    }

    @Test func endedItHasForgottenAll() {
        var frames = RecentFrames()
        frames.begin()
        add(&frames, "a", 1, 2, at: start)
        frames.end()
        let isOffAgain = !frames.isOn && !frames.holds(NodeID(2))
        #expect(isOffAgain)
        frames.begin()
        let isEmptyAgain = !frames.holds(NodeID(2))
        #expect(isEmptyAgain)
        frames.choose(NodeID(2), at: start)
        #expect(rest(&frames) == [])
    }

    /// Against a plain list, whatever the order of things.
    @Test(arguments: [1, 2, 3] as [UInt64]) func asAPlainListWouldSay(seed: UInt64) {
        var dice = SeededRandom(seed: seed)
        var frames = RecentFrames()
        frames.begin()
        var model: [(from: UInt32, to: UInt32, text: String, at: Moment)] = []
        var now = start
        for step in 0..<5_000 {
            now = now + .milliseconds(dice.next() % 5)
            model.removeAll { now.since($0.at) > RecentFrames.window }
            if dice.next() % 8 != 0 {
                let (from, to) = (UInt32(dice.next() % 40), UInt32(dice.next() % 6))
                let text = String(repeating: "y", count: Int(dice.next() % 900)) + "\(step)"
                add(&frames, text, from, to, at: now)
                model.append((from, to, text, now))
            } else {
                let node = UInt32(dice.next() % 6)
                frames.choose(NodeID(node), at: now)
                var taken: [UInt32: Int] = [:]
                let latest = model.reversed().filter { frame in
                    guard frame.to == node, now.since(frame.at) <= RecentFrames.doubt else { return false }
                    taken[frame.from, default: 0] += 1
                    return taken[frame.from]! <= Int(RecentFrames.perFlow)
                }
                #expect(rest(&frames) == latest.reversed().map { "\($0.from)>\($0.to) \($0.text)" })
                model.removeAll { $0.to == node }
            }
        }
    }
}

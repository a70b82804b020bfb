import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconRelay

@Suite struct TopTalkersTests {
    private static let hash: KeyedHash = {
        var dice = SeededRandom(seed: 5)
        return KeyedHash(using: &dice)
    }()

    private static func source(_ number: UInt32) -> Address { Address(ipv4: 0xC000_0200 + number, port: 4_000) }

    /// One frame, as a shard sees it.
    private func frame(
        _ talkers: inout Talkers, _ source: UInt32, _ sender: UInt32, to destination: UInt32, bytes: Int = 100
    ) {
        guard talkers.wantsFrame() else { return }
        talkers.add(from: Self.source(source), NodeID(sender), to: NodeID(destination), bytes: bytes)
    }

    private func reading(_ talkers: borrowing Talkers) -> TalkerReading {
        let published = PublishedTalkers()
        published.write(talkers)
        return published.read()
    }

    @Test func nothingPublishedIsNothing() {
        let top = TopTalkers([PublishedTalkers().read()], at: ManualClock().now)
        #expect(top.packets == 0 && top.span == .seconds(0))
        #expect(TalkerKind.allCases.allSatisfy { top.all($0).isEmpty })
    }

    /// Two shards: a source is on one of them, a node's frames come through both.
    @Test func shardsAddUp() {
        var first = Talkers(hash: Self.hash)
        var second = Talkers(hash: Self.hash)
        var clock = ManualClock()
        first.beginBatch(at: clock.now)
        second.beginBatch(at: clock.now)
        for _ in 0..<30 { frame(&first, 1, 10, to: 20) }
        for _ in 0..<20 { frame(&second, 2, 11, to: 20) }
        for _ in 0..<2 { frame(&second, 2, 11, to: 21, bytes: 60_000) }
        clock.advance(.milliseconds(500))
        let top = TopTalkers([reading(first), reading(second)], at: clock.now)
        #expect((top.packets, top.bytes) == (52, 125_000))
        #expect(top.span == .milliseconds(500))
        #expect(top.sampledOneIn == 1)
        let nodes = top.top(.node, by: .packets, limit: 10)
        #expect(nodes.map(\.node.rawValue) == [20, 21])
        #expect(nodes.map(\.packets) == [50, 2] && nodes.map(\.bytes) == [5_000, 120_000])
        #expect(nodes.allSatisfy { $0.packetsError == 0 && $0.bytesError == 0 })
        #expect(top.top(.node, by: .bytes, limit: 1).map(\.name) == ["21"])
        #expect(top.top(.source, by: .packets, limit: 10).map(\.source) == [Self.source(1), Self.source(2)])
        #expect(top.top(.pair, by: .packets, limit: 10).map(\.name) == ["10->20", "11->20", "11->21"])
    }

    /// What was two minutes ago is not now.
    @Test func theOldGoes() {
        var talkers = Talkers(hash: Self.hash)
        // A minute begins.
        var clock = ManualClock()
        clock.advance(
            Delay(nanoseconds: Talkers.window.nanoseconds - clock.now.nanoseconds % Talkers.window.nanoseconds))
        talkers.beginBatch(at: clock.now)
        frame(&talkers, 1, 10, to: 20)
        clock.advance(.seconds(60))
        talkers.beginBatch(at: clock.now)
        frame(&talkers, 1, 10, to: 30)
        let both = TopTalkers([reading(talkers)], at: clock.now)
        #expect(Set(both.all(.node).map(\.node.rawValue)) == [20, 30] && both.span == .seconds(60))
        clock.advance(.seconds(60))
        talkers.beginBatch(at: clock.now)
        #expect(TopTalkers([reading(talkers)], at: clock.now).all(.node).map(\.node.rawValue) == [30])
        // A shard that has not turned its window yet: readers know by the number.
        clock.advance(.seconds(120))
        #expect(TopTalkers([reading(talkers)], at: clock.now).all(.node).isEmpty)
    }

    /// Invented senders and sources: the bounds hold over shards, windows and measures, and the real ones stay on top.
    @Test(arguments: 0..<4 as Range<UInt64>)
    func boundsHoldUnderAFlood(seed: UInt64) throws {
        var dice = SeededRandom(seed: seed)
        var clock = ManualClock()
        clock.advance(
            Delay(nanoseconds: Talkers.window.nanoseconds - clock.now.nanoseconds % Talkers.window.nanoseconds))
        var first = Talkers(hash: Self.hash)
        var second = Talkers(hash: Self.hash)
        var exact: [Address: (packets: UInt64, bytes: UInt64)] = [:]
        for _ in 0..<1_000 {
            clock.advance(.milliseconds(100))
            first.beginBatch(at: clock.now)
            second.beginBatch(at: clock.now)
            for _ in 0..<40 {
                let isReal = UInt32.random(in: 0..<8, using: &dice) == 0
                let number =
                    isReal ? UInt32.random(in: 0..<3, using: &dice) : UInt32.random(in: 16...0xFF_FFFF, using: &dice)
                let bytes = isReal && number == 2 ? 9_000 : Int.random(in: 0...200, using: &dice)
                let (known, address) = (exact[Self.source(number)] ?? (0, 0), Self.source(number))
                exact[address] = (known.packets + 1, known.bytes + UInt64(bytes))
                if number % 2 == 0 {
                    frame(&first, number, number, to: 20, bytes: bytes)
                } else {
                    frame(&second, number, number, to: 20, bytes: bytes)
                }
            }
        }
        let top = TopTalkers([reading(first), reading(second)], at: clock.now)
        #expect(top.packets == 40_000 && top.sampledOneIn == 1)
        #expect(top.bytes == exact.values.reduce(0) { $0 + $1.bytes })
        for talker in top.all(.source) {
            let (packets, bytes) = try #require(exact[talker.source])
            #expect(talker.packets >= packets && talker.packets - talker.packetsError <= packets, "seed \(seed)")
            #expect(talker.bytes >= bytes && talker.bytes - talker.bytesError <= bytes, "seed \(seed)")
            #expect(talker.packetsError <= top.packets / UInt64(TalkerWindow.capacity) + 1, "seed \(seed)")
        }
        let heaviest = top.top(.source, by: .packets, limit: 3).map(\.source)
        #expect(Set(heaviest) == Set((0..<3).map { Self.source($0) }), "seed \(seed)")
        #expect(top.top(.source, by: .bytes, limit: 1).map(\.source) == [Self.source(2)], "seed \(seed)")
    }

    @Test func activePairsAreThoseOfTheLastSecondsForNodesHere() {
        var talkers = Talkers(hash: Self.hash)
        var clock = ManualClock()
        talkers.beginBatch(at: clock.now)
        frame(&talkers, 1, 10, to: 20)
        clock.advance(.seconds(6))
        talkers.beginBatch(at: clock.now)
        frame(&talkers, 1, 11, to: 20)
        frame(&talkers, 2, 20, to: 11)
        frame(&talkers, 1, 11, to: 99)
        let here: (NodeID) -> Bool = { $0.rawValue < 50 }
        // Both directions are one pair.
        #expect(TopTalkers([reading(talkers)], at: clock.now).activePairs(isHere: here) == 2)
        #expect(TopTalkers([reading(talkers)], at: clock.now).activePairs { _ in true } == 3)
        clock.advance(.seconds(5))
        #expect(TopTalkers([reading(talkers)], at: clock.now).activePairs(isHere: here) == 1)
        clock.advance(.seconds(6))
        #expect(TopTalkers([reading(talkers)], at: clock.now).activePairs(isHere: here) == 0)
    }
}

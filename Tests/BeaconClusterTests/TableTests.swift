import BeaconBasics
import Testing

@testable import BeaconCluster

private func moment(_ milliseconds: UInt64) -> Moment { Moment(nanoseconds: 1_000_000_000 + milliseconds * 1_000_000) }

@Suite struct RequestsTests {
    @Test func dueOnesComeInTheOrderOfTheirBegin() throws {
        var requests = Requests<Int>(firstTicket: .max - 1)
        let tickets = (0..<4).compactMap {
            requests.begin($0, node: NodeID(1), holder: BeaconID(1), at: moment(UInt64(10 * $0)))
        }
        #expect(tickets == [.max, 0, 1, 2], "tickets wrap")
        #expect(requests.deadline == moment(0))
        let due = requests.due(at: moment(25))
        #expect(due == [.max, 0, 1])
        #expect(requests.deadline == moment(30))
        requests.update(0) { $0.due = moment(27) }
        #expect(requests.deadline == moment(27))
        let ended = [requests.end(0), requests.end(0)].map { $0?.request }
        #expect(ended == [1, nil])
        #expect(requests[0] == nil)
        #expect(requests[2]?.request == 3, "the last took the place that was free")
    }

    @Test func aFullTableRefuses() {
        var requests = Requests<Int>(firstTicket: 0)
        for _ in 0..<Requests<Int>.capacity {
            let ticket = requests.begin(0, node: NodeID(1), holder: BeaconID(1), at: moment(0))
            #expect(ticket != nil)
        }
        let ticket = requests.begin(0, node: NodeID(1), holder: BeaconID(1), at: moment(0))
        #expect(ticket == nil)
        #expect(requests.refused == 1)
    }
}

@Suite struct ServedTests {
    private func question(_ ticket: UInt32) -> Served<Int>.Question {
        .init(beacon: BeaconID(1), session: SessionID(1), ticket: ticket)
    }

    @Test func anAnswerIsKeptForARepeatedQuestionAndGivenOnce() throws {
        var served = Served<Int>()
        let begun = served.begin(question(1), node: NodeID(5), at: moment(0))
        let id = try #require(begun)
        #expect(served[question(1)]?.answer == nil)
        let answers = [served.answer(id, 42), served.answer(id, 43), served.answer(999, 1)].map { $0?.node }
        #expect(answers == [NodeID(5), nil, nil])
        #expect(served[question(1)]?.answer == 42)
    }

    @Test func theOldMakeRoomAndTheYoungDoNot() {
        var served = Served<Int>()
        for ticket in 0..<UInt32(Served<Int>.capacity) {
            let id = served.begin(question(ticket), node: NodeID(1), at: moment(0))
            #expect(id != nil)
        }
        let early = served.begin(question(9_000), node: NodeID(1), at: moment(2_999))
        #expect(early == nil)
        #expect(served.refused == 1)
        let late = served.begin(question(9_000), node: NodeID(1), at: moment(3_000))
        #expect(late != nil)
        #expect(served.count == 1)
        #expect(served[question(0)] == nil)
    }
}

@Suite struct UnknownKeysTests {
    private func address(_ number: Int) -> Address { Address(ipv4: UInt32(number), port: 9_011) }

    @Test func oneEventAMinuteAndAddress() {
        var unknown = UnknownKeys()
        var told: [UInt64] = []
        for second in 0..<180 as Range<UInt64> where unknown.shouldTell(of: address(1), at: moment(second * 1_000)) {
            told.append(second)
        }
        #expect(told == [0, 60, 120])
    }

    @Test func manyAddressesAreNotMoreEventsThanTheTableHasPlaces() {
        var unknown = UnknownKeys()
        var told = 0
        for number in 0..<100_000 where unknown.shouldTell(of: address(number), at: moment(UInt64(number / 2))) {
            told += 1
        }
        #expect(told == UnknownKeys.capacity)
        let later = [60_000, 60_001].map { unknown.shouldTell(of: address(500_000), at: moment($0)) }
        #expect(later == [true, false])
    }
}

@Suite struct LinksTests {
    @Test func countersRisePerBeaconAndApart() {
        var links = Links()
        let counters = ([1, 1, 2, nil, 1] as [UInt32?]).map { links.nextCounter(to: $0.map { BeaconID($0) }) }
        #expect(counters == [1, 2, 3, 1, 3])
    }

    /// A nonce is (counter, recipient): a link that was lost and made again must not begin where it began before.
    @Test func noCounterIsEverUsedTwice() {
        var links = Links()
        var dice = SeededRandom(seed: 5)
        var used: Set<[UInt64]> = []
        for _ in 0..<50_000 {
            let beacon = UInt32.random(in: 1...6_000, using: &dice)
            if dice.next() % 16 == 0 { links.forget(BeaconID(UInt32.random(in: 1...6_000, using: &dice))) }
            let counter = links.nextCounter(to: BeaconID(beacon))
            let isNew = used.insert([UInt64(beacon), counter]).inserted
            #expect(isNew)
        }
        #expect(links.all.count <= Links.capacity)
    }

    /// Whoever speaks another key is found as such, however many links have come and gone.
    @Test func stragglersAreKnown() {
        var links = Links()
        var dice = SeededRandom(seed: 6)
        for _ in 0..<20_000 {
            let beacon = BeaconID(UInt32.random(in: 1...6_000, using: &dice))
            switch dice.next() % 8 {
            case 0: links.forget(beacon)
            case 1: links.update(beacon) { $0.speaks = 7 }
            case 2: links.update(beacon) { $0.speaks = nil }
            case 3 where dice.next() % 4_096 == 0: links.ringChanged()
            default: _ = links.nextCounter(to: beacon)
            }
            #expect(links.speaks(beacon) == links[beacon]?.speaks)
        }
        #expect(links.all.allSatisfy { links.speaks($0.beacon) == $0.speaks })
        for link in links.all { links.forget(link.beacon) }
        links.update(BeaconID(1)) { $0.speaks = 9 }
        #expect(links.speaks(BeaconID(1)) == 9)
    }
}

@Suite struct QueueTests {
    @Test func whatMayBeLostIsLostWhenThereIsTooMuchOfIt() {
        var queue = Queue<Int>()
        for number in 0..<5 { queue.append(number, unlessOver: 3) }
        queue.append(9)
        #expect(queue.dropped == 2)
        var all: [Int] = []
        while let number = queue.pop() { all.append(number) }
        #expect(all == [0, 1, 2, 9] && queue.isEmpty)
    }
}

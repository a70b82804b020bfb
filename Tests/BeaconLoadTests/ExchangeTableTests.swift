import BeaconBasics
import BeaconLoadKit
import BeaconPrinting
import Testing

struct ExchangeTableTests {
    private let start = Moment(nanoseconds: 1000)

    /// The table behind a reference: `#expect` takes no mutating call.
    private final class Box {
        private var table: ExchangeTable

        init(_ table: ExchangeTable) { self.table = table }

        var inFlight: Int { table.inFlight }
        var lost: UInt64 { table.lost }
        func open(at now: Moment) -> ExchangeTable.Ticket? { table.open(at: now) }
        func cancel(_ ticket: ExchangeTable.Ticket) { table.cancel(ticket) }
        func expire(at now: Moment) { table.expire(at: now) }
        func isWaiting(_ ticket: ExchangeTable.Ticket) -> Bool { table.isWaiting(ticket) }
        func answer(
            _ slot: Int, generation: UInt32? = nil, part: Int = 0, at now: Moment
        ) -> ExchangeTable.Answer {
            table.answer(slot, generation: generation, part: part, at: now)
        }
    }

    private func makeTable(slots: Int = 2, parts: Int = 1) -> Box {
        Box(ExchangeTable(slots: slots, parts: parts, timeout: .seconds(1)))
    }

    @Test func `Each slot carries one request at a time`() throws {
        let table = makeTable()
        let first = try #require(table.open(at: start))
        let second = try #require(table.open(at: start))
        #expect(first.slot != second.slot)
        #expect(table.open(at: start) == nil)
        #expect(table.inFlight == 2)
        #expect(table.answer(first.slot, at: start + .milliseconds(3)) == .complete(.milliseconds(3)))
        #expect(table.open(at: start)?.slot == first.slot)
    }

    @Test func `An answer has all its parts, in any order, each once`() throws {
        let table = makeTable(parts: 2)
        let ticket = try #require(table.open(at: start))
        #expect(table.answer(ticket.slot, part: 1, at: start) == .partial)
        #expect(table.answer(ticket.slot, part: 1, at: start) == .unexpected)
        #expect(table.inFlight == 1)
        #expect(table.answer(ticket.slot, part: 0, at: start + .seconds(1)) == .complete(.seconds(1)))
        #expect(table.answer(ticket.slot, part: 0, at: start) == .unexpected)
    }

    @Test func `An answer that names an older request of its slot is not taken for the new one's`() throws {
        let table = makeTable(slots: 1)
        let old = try #require(table.open(at: start))
        table.expire(at: start + .seconds(1))
        let new = try #require(table.open(at: start + .seconds(1)))
        #expect(table.answer(new.slot, generation: old.generation, at: start + .seconds(1)) == .unexpected)
        #expect(table.isWaiting(new))
        let answer = table.answer(new.slot, generation: new.generation, at: start + .seconds(1))
        #expect(answer == .complete(Delay(nanoseconds: 0)))
    }

    @Test(arguments: [-1, 2, Int.max])
    func `A slot that does not exist answers nothing`(slot: Int) {
        let table = makeTable()
        _ = table.open(at: start)
        #expect(table.answer(slot, at: start) == .unexpected)
    }

    @Test func `Requests are given up on in time, and not before`() {
        let table = makeTable()
        _ = table.open(at: start)
        _ = table.open(at: start + .milliseconds(400))
        table.expire(at: start + .milliseconds(999))
        #expect(table.lost == 0)
        table.expire(at: start + .milliseconds(1000))
        #expect(table.lost == 1 && table.inFlight == 1)
        table.expire(at: start + .milliseconds(1400))
        #expect(table.lost == 2 && table.inFlight == 0)
    }

    @Test func `A cancelled request leaves no trace`() throws {
        let table = makeTable(slots: 1)
        let ticket = try #require(table.open(at: start))
        table.cancel(ticket)
        table.cancel(ticket)
        #expect(table.inFlight == 0)
        table.expire(at: start + .seconds(5))
        #expect(table.lost == 0)
        #expect(table.open(at: start) != nil)
    }

    /// One request hangs while its neighbours are answered for ever: nothing may fill up.
    @Test func `A slow request does not stop the others`() throws {
        let table = makeTable(slots: 4)
        let slow = try #require(table.open(at: start))
        for _ in 0..<1000 {
            let ticket = try #require(table.open(at: start))
            #expect(table.answer(ticket.slot, at: start) == .complete(Delay(nanoseconds: 0)))
        }
        #expect(table.isWaiting(slow) && table.inFlight == 1)
        table.expire(at: start + .seconds(1))
        #expect(table.lost == 1 && !table.isWaiting(slow))
    }
}

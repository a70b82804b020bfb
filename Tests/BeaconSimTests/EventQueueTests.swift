import BeaconBasics
import Testing

@testable import BeaconSimKit

@Suite struct EventQueueTests {
    @Test func eventsComeByTimeAndThenByOrder() {
        var queue = EventQueue()
        var dice = SeededRandom(seed: 1)
        for number in 0..<5_000 {
            queue.push(.timer, at: Moment(nanoseconds: UInt64(dice.below(300))), host: number)
        }
        var last: Event?
        var count = 0
        while let event = queue.pop() {
            if let last { #expect(last < event) }
            last = event
            count += 1
        }
        #expect(count == 5_000)
    }

    @Test func pushesBetweenPopsKeepTheOrder() {
        var queue = EventQueue()
        var dice = SeededRandom(seed: 2)
        var now = Moment(nanoseconds: 0)
        queue.push(.timer, at: now)
        for _ in 0..<20_000 {
            guard let event = queue.pop() else { break }
            #expect(event.at >= now)
            now = event.at
            for _ in 0..<dice.below(3) { queue.push(.timer, at: now + Delay(nanoseconds: UInt64(dice.below(50)))) }
            if queue.count == 0 { queue.push(.timer, at: now) }
        }
    }

    @Test func whatWasPutBackComesNext() {
        var queue = EventQueue()
        for _ in 0..<3 { queue.push(.timer, at: Moment(nanoseconds: 7)) }
        let first = queue.pop()!
        queue.pushBack(first)
        #expect(queue.pop()?.order == first.order)
    }

    @Test func slotsAreUsedAgain() {
        var slots = Slots<Int>()
        let first = slots.put(1)
        let second = slots.put(2)
        let taken = (slots.take(first), slots.take(first), slots.take(second))
        #expect(taken == (1, nil, 2))
        let count = slots.count
        let again = slots.put(3)
        #expect(count == 0 && again == second)
    }
}

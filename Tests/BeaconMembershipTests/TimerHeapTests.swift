import BeaconBasics
import Testing

@testable import BeaconMembership

@Suite struct TimerHeapTests {
    @Test func whatIsDueFirstComesFirst() {
        var random = SeededRandom(seed: 1)
        var heap = TimerHeap()
        var expected: [(UInt64, Int)] = []
        for number in 0..<500 {
            let at = random.next() % 50
            heap.set(.purge(number), at: Moment(nanoseconds: at))
            expected.append((at, number))
        }
        expected.sort { $0 < $1 }
        #expect(heap.first == Moment(nanoseconds: expected[0].0))
        for (at, number) in expected {
            let next = heap.next(by: Moment(nanoseconds: 100))
            #expect(next?.at == Moment(nanoseconds: at))
            #expect(next?.alarm == .purge(number))
        }
        #expect(heap.first == nil)
    }

    @Test func nothingBeforeItsTime() {
        var heap = TimerHeap()
        heap.set(.probe, at: Moment(nanoseconds: 10))
        #expect(heap.next(by: Moment(nanoseconds: 9)) == nil)
        #expect(heap.next(by: Moment(nanoseconds: 10))?.alarm == .probe)
        #expect(heap.next(by: Moment(nanoseconds: 10)) == nil)
    }
}

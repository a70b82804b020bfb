import BeaconBasics
import BeaconClock
import Glibc
import Synchronization
import Testing

@testable import BeaconDataPlane

@Suite struct ThreadTests {
    @Test func joiningWaitsForTheEnd() throws {
        let (gate, done) = (try Wakeup(), Shared())
        let thread = try Thread(name: "a-name-longer-than-fifteen-bytes") {
            gate.wait(milliseconds: 5_000)
            done.value.store(1, ordering: .relaxed)
        }
        #expect(done.value.load(ordering: .relaxed) == 0)
        gate.signal()
        thread.join()
        #expect(done.value.load(ordering: .relaxed) == 1)
    }

    /// SIGTERM must find the main thread, never a shard.
    @Test func aThreadTakesNoSignals() throws {
        let blocked = Shared()
        func mask() -> [Int32] {
            var mask = sigset_t()
            pthread_sigmask(SIG_SETMASK, nil, &mask)
            return (1..<32).map { sigismember(&mask, $0) }
        }
        let before = mask()
        try Thread(name: "signals") {
            var mask = sigset_t()
            pthread_sigmask(SIG_SETMASK, nil, &mask)
            for signal in [SIGTERM, SIGINT, SIGHUP] {
                blocked.value.add(Int(sigismember(&mask, signal)), ordering: .relaxed)
            }
        }.join()
        #expect(blocked.value.load(ordering: .relaxed) == 3)
        #expect(mask() == before, "whoever started it takes what it took")
    }

    @Test func wakesThatComeBeforeAnybodyLooksAreOne() throws {
        let wakeup = try Wakeup()
        let start = SystemClock.now()
        for _ in 0..<100 { wakeup.signal() }
        wakeup.wait(milliseconds: 60_000)
        #expect(SystemClock.now().since(start) < .seconds(30), "the first wait returns at once")
        let quiet = SystemClock.now()
        wakeup.wait(milliseconds: 20)
        #expect(SystemClock.now().since(quiet) >= .milliseconds(19), "the second has nothing to wake it")
    }

    private final class Shared: Sendable {
        let value = Atomic<Int>(0)
    }
}

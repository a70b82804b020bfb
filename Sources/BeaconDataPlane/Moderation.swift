import BeaconBasics
import CLinux
import Glibc

/// When a busy shard lets datagrams gather before it receives again: what network cards call interrupt moderation.
///
/// A shard that is as fast as its senders finds two or three datagrams each time it looks, and pays two system calls
/// and a walk through the network stack for every such handful. A short sleep makes larger batches of them, longer runs
/// for UDP_SEGMENT, and leaves the core to others meanwhile. Nobody pays below the rate at which it gains: a lone
/// frame never waits.
struct Moderation {
    private var windowStart = Moment(nanoseconds: 0)
    private var datagrams = 0
    private var isBusy = false
    private var pausedAt: Moment?
    private var restsUntil = Moment(nanoseconds: 0)

    /// How long the rate is measured.
    private static let window = Delay.milliseconds(1)
    /// The mean time between datagrams from which on a pause gains: 100,000 a second.
    private static let busyInterval = Delay(nanoseconds: 10_000)
    /// A batch of this size is large enough by itself; more only adds delay.
    private static let enough = 32
    /// A pause that lasted this long was cut off by other work, or the kernel's timers are coarse: none for a while.
    private static let overslept = Delay.milliseconds(2)
    private static let rest = Delay.milliseconds(100)

    /// Takes note of a batch that was received at `now`, and returns for how many microseconds to let more gather:
    /// `longest`, or 0.
    @inline(__always)
    mutating func pause(after batch: Int, longest: UInt32, at now: Moment) -> UInt32 {
        if let pausedAt, now.since(pausedAt) > Self.overslept { restsUntil = now + Self.rest }
        pausedAt = nil
        datagrams &+= batch
        let elapsed = now.since(windowStart)
        if elapsed >= Self.window {
            isBusy = UInt64(datagrams) &* Self.busyInterval.nanoseconds >= elapsed.nanoseconds
            datagrams = 0
            windowStart = now
        }
        guard isBusy, batch < Self.enough, longest > 0, now >= restsUntil else { return 0 }
        pausedAt = now
        return longest
    }

    /// Timers of the calling thread else end up to 50 µs late, by which the kernel saves wake-ups.
    static func makeSleepsExact() { _ = linux_set_timer_slack(1_000) }

    static func sleep(microseconds: UInt32) { usleep(microseconds) }
}

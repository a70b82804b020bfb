import BeaconBasics
import Glibc

/// Signals as values: blocked in every thread, taken by one. Handlers, and what may not be done in them, never come up.
enum Signals {
    private static let taken: [Int32] = [SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2]
    /// Must not end a process that has nothing to do for them; a file that grows too large (SIGXFSZ) is an error of one
    /// write.
    private static let ignored: [Int32] = [SIGPIPE, SIGXFSZ]

    enum Wanted: Equatable {
        case stop(by: String)
        /// Read again what may have been changed in files.
        case reload
        case snapshot
        /// Somebody has changed what there is to wait for, or the time is over.
        case look
    }

    /// Ends the `wait` of the main thread. From any thread; nothing else comes of it.
    static func nudge() { kill(getpid(), SIGUSR2) }

    /// To be called before the first thread starts: all others inherit it.
    static func block() {
        for signal in ignored { Glibc.signal(signal, SIG_IGN) }
        var set = takenSet
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Waits for the next one, no longer than `limit`. Whatever comes later stays pending: a second one is harmless.
    static func wait(atMost limit: Delay? = nil) -> Wanted {
        var set = takenSet
        var signal: Int32 = -1
        if let limit {
            var time = timespec(
                tv_sec: Int(limit.nanoseconds / 1_000_000_000), tv_nsec: Int(limit.nanoseconds % 1_000_000_000))
            signal = sigtimedwait(&set, nil, &time)
        } else {
            while sigwait(&set, &signal) != 0 {}
        }
        switch signal {
        case -1, SIGUSR2: return .look
        case SIGHUP: return .reload
        case SIGUSR1: return .snapshot
        case SIGTERM: return .stop(by: "SIGTERM")
        default: return .stop(by: "SIGINT")
        }
    }

    private static var takenSet: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in taken { sigaddset(&set, signal) }
        return set
    }
}

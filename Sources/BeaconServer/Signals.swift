import Glibc

/// Signals as values: blocked in every thread, taken by one. Handlers, and what may not be done in them, never come up.
enum Signals {
    private static let taken: [Int32] = [SIGTERM, SIGINT, SIGHUP, SIGUSR1]
    /// Must not end a process that has nothing to do for them; a file that grows too large (SIGXFSZ) is an error of one
    /// write.
    private static let ignored: [Int32] = [SIGPIPE, SIGUSR2, SIGXFSZ]

    enum Wanted: Equatable {
        case stop(by: String)
        /// Read again what may have been changed in files.
        case reload
        case snapshot
    }

    /// To be called before the first thread starts: all others inherit it.
    static func block() {
        for signal in ignored { Glibc.signal(signal, SIG_IGN) }
        var set = takenSet
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Waits for the next one. Whatever comes later stays pending: a second one is harmless.
    static func wait() -> Wanted {
        var set = takenSet
        var signal: Int32 = 0
        while sigwait(&set, &signal) != 0 {}
        switch signal {
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

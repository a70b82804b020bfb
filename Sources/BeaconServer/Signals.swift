import Glibc

/// Signals as values: blocked in every thread, taken by one. Handlers, and what may not be done in them, never come up.
enum Signals {
    private static let stop: [Int32] = [SIGTERM, SIGINT]
    /// Must not end a process that has nothing to do for them.
    private static let ignored: [Int32] = [SIGPIPE, SIGHUP, SIGUSR1, SIGUSR2]

    /// To be called before the first thread starts: all others inherit it.
    static func block() {
        for signal in ignored { Glibc.signal(signal, SIG_IGN) }
        var set = stopSet
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Waits for SIGTERM or SIGINT and says which came. Whatever comes later stays pending: a second one is harmless.
    static func waitForStop() -> String {
        var set = stopSet
        var signal: Int32 = 0
        while sigwait(&set, &signal) != 0 {}
        return signal == SIGTERM ? "SIGTERM" : "SIGINT"
    }

    private static var stopSet: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in stop { sigaddset(&set, signal) }
        return set
    }
}

import CLinux
import Glibc

/// A thread of our own with a name, for loops that block in the kernel: they must not sit on the cooperative pool.
public final class Thread: @unchecked Sendable {
    private var handle = pthread_t()

    private final class Body {
        let name: String
        let run: @Sendable () -> Void

        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// Starts at once. Signals are left to the main thread.
    public init(name: String, run: @escaping @Sendable () -> Void) throws(SystemError) {
        let body = Unmanaged.passRetained(Body(name: name, run: run))
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        // A fault whose signal is blocked ends the process without its handler (`linux_on_fatal_signal`).
        for signal in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT] { sigdelset(&all, signal) }
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        let error = pthread_create(
            &handle, nil,
            { argument in
                let body = Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue()
                linux_name_thread(body.name)
                body.run()
                return nil
            }, body.toOpaque())
        guard error == 0 else {
            body.release()
            throw SystemError("pthread_create", number: error)
        }
    }

    /// Waits for its end; once.
    public func join() { pthread_join(handle, nil) }
}

/// Wakes one thread from any other; wakes that come before it looks are one.
public final class Wakeup: @unchecked Sendable {
    /// The eventfd, for those that cannot call `signal`.
    public let descriptor: Int32

    public init() throws(SystemError) { descriptor = try SystemError.check(linux_eventfd(), "eventfd") }

    deinit { close(descriptor) }

    public func signal() {
        var one: UInt64 = 1
        // Can only fail when 2⁶⁴ - 1 wakes are pending.
        _ = write(descriptor, &one, 8)
    }

    /// Waits for a signal, `milliseconds` at most; -1 = for ever.
    public func wait(milliseconds: Int32) {
        var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&poller, 1, milliseconds) > 0 else { return }
        var count: UInt64 = 0
        _ = read(descriptor, &count, 8)
    }
}

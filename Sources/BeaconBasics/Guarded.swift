import Synchronization

/// A value behind a lock: `Synchronization.Mutex`, made visible to ThreadSanitizer.
///
/// The sanitizer sees no futex, and the standard library is not instrumented, so it takes every locked access for a
/// race. An atomic of our own, written before each unlock and read after each lock, tells it the order that the lock
/// imposes. It costs a nanosecond, and what is tested is what ships.
public struct Guarded<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
    private let mutex: Mutex<Value>
    private let order = Atomic<UInt8>(0)

    public init(_ value: consuming sending Value) { mutex = Mutex(value) }

    /// Runs `body` alone with the value.
    public borrowing func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        try mutex.withLock { value throws(Failure) in
            _ = order.load(ordering: .acquiring)
            defer { order.store(0, ordering: .releasing) }
            return try body(&value)
        }
    }
}

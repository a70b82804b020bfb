import BeaconBasics
import BeaconLoadKit

/// What a run sends and gets back. The run asks it to send and to receive in turn, on one thread that never sleeps: a
/// load that slept would measure its own waking, and one that waited in epoll would make the server pay for it.
protocol Traffic: ~Copyable {
    var unit: CountedUnit { get }
    /// Requests leave in multiples of `quantum`, at most `batch` a call.
    var quantum: Int { get }
    var batch: Int { get }
    var inFlight: Int { get }
    /// Sent and answered so far, given up on, and answered wrongly.
    var sent: UInt64 { get }
    var completed: UInt64 { get }
    var lost: UInt64 { get }
    var wrong: UInt64 { get }

    /// Sends up to `room` requests; returns how many left.
    mutating func send(_ room: Int, at now: Moment) throws(LoadError) -> Int
    /// Takes what has arrived; stops early, if it likes, once fewer than `enough` are in flight. Latencies count while
    /// `measuring`.
    mutating func receive(until enough: Int, measuring: Bool) throws(LoadError)
    /// Gives up on what has been waited for too long.
    mutating func expire(at now: Moment, isSending: Bool)
}

#if Snapshots
    import Dispatch
    import GRDB

    /// Interrupts what a connection is doing after a time.
    final class Watchdog {
        private let timer: any DispatchSourceTimer

        init(_ queue: DatabaseQueue, seconds: Double) {
            timer = DispatchSource.makeTimerSource(queue: .global())
            timer.schedule(deadline: .now() + seconds, repeating: 0.1)
            timer.setEventHandler { queue.interrupt() }
            timer.resume()
        }

        func cancel() { timer.cancel() }
    }
#endif

import BeaconBasics
import BeaconHTTP
import NIOCore

/// A stream on a connection: the last answer on it, which ends when either side closes. The client's slowness
/// costs bounded memory: nothing is added while too much is unsent, and who falls too far behind is cut off.
extension Connection {
    func begin(_ stream: any ResponseStream, _ response: Response) {
        phase = .streaming
        cancelDeadline()
        input.clear()
        self.stream = stream
        context?.channel.setOption(.socketOption(.so_sndbuf), value: .init(limits.streamBufferBytes))
            .whenComplete { _ in }
        send(response, .close)
        pump()
        schedulePoll()
        scheduleHeartbeat()
    }

    /// Pages a turn: others have their turn, however much happens.
    private static let pagesATurn = 16

    /// Sends what has happened, as far as there is room for it.
    private func pump() {
        for _ in 0..<Self.pagesATurn {
            guard unsent <= limits.streamUnsentBytes, let bytes = stream?.next(at: now) else { break }
            send(bytes)
        }
        if let stream, stream.isDone { return finish() }
        guard unsent > 0, let stream, stream.waiting > limits.streamBacklog else { return }
        AdminCounters.add(counters.streamsCut)
        endStream()
        close()
    }

    private var now: Moment { Moment(nanoseconds: context?.eventLoop.now.uptimeNanoseconds ?? 0) }

    private func schedulePoll() {
        guard stream != nil else { return }
        poll = schedule(limits.streamPoll) { [self] in
            pump()
            schedulePoll()
        }
    }

    private func scheduleHeartbeat() {
        guard let bytes = stream?.heartbeat else { return }
        heartbeat = schedule(limits.streamHeartbeat) { [self] in
            if unsent == 0 { send(bytes) }
            scheduleHeartbeat()
        }
    }

    /// Gives the place for a stream free; what is on its way still goes out.
    func endStream() {
        cancelStreamTimers()
        stream = nil
    }

    func cancelStreamTimers() {
        poll?.cancel()
        heartbeat?.cancel()
        (poll, heartbeat) = (nil, nil)
    }
}

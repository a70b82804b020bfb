import BeaconBasics
import BeaconHTTP
import NIOCore

extension Connection {
    /// The clock of a phase starts once, when the phase does: a byte now and then does not buy more time. An idle
    /// connection whose last answer is still on its way has no deadline but the one for stalling.
    func enter(_ next: Phase) {
        guard next != phase || deadline == nil else { return }
        phase = next
        cancelDeadline()
        guard let time = time(in: next) else { return }
        deadline = schedule(time) { [self] in expire() }
    }

    private func time(in phase: Phase) -> Delay? {
        switch phase {
        case .head: limits.headTime
        case .body: limits.bodyTime
        case .idle: unsent == 0 ? limits.idleTime : nil
        case .lingering: limits.lingerTime
        case .streaming, .closing, .closed: nil
        }
    }

    private func expire() {
        deadline = nil
        switch phase {
        case .head, .body:
            AdminCounters.add(counters.timeouts)
            send(
                AdminService.response(to: Refusal(.requestTimeout, "the request did not come in time"), format: .json),
                .close)
            finish()
        case .idle, .lingering: close()
        case .streaming, .closing, .closed: break
        }
    }

    func cancelDeadline() {
        deadline?.cancel()
        deadline = nil
    }

    func schedule(_ delay: Delay, _ action: @escaping () -> Void) -> Scheduled<Void>? {
        context?.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(Int64(clamping: delay.nanoseconds)), action)
    }
}

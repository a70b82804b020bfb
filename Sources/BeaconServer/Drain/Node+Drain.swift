import BeaconAdmin
import BeaconBasics
import BeaconRecorder
import Logging

/// A drain on the main thread, which is the one that ends things.
extension Node {
    /// Between two looks at how far a drain is.
    static let drainLook = Delay.milliseconds(250)
    /// A client that watches looks once a second, or as often as it asked for.
    private static let farewell = Delay.seconds(2)

    var isDraining: Bool { drain.state == .draining }

    /// Whether a signal to stop begins a drain (`--drain-on-term`): SIGTERM does, once, if the drain is not refused.
    func drainInstead(of signal: String) -> Bool {
        // A successor that has taken over ends this process by SIGTERM: there is nothing left to drain.
        guard let drainOnTerm, signal == "SIGTERM", drain.state == .serving, handover?.isDone != true else {
            return false
        }
        guard case .refused(let reason) = drain.begin(DrainOrder(deadline: drainOnTerm), dryRun: false) else {
            return true
        }
        log.warning("not draining, stopping at once", metadata: ["reason": "\(reason)"])
        return false
    }

    /// Looks at the drain; when it is over, the beacon leaves its fleet. What the process is to do then: nil to go on.
    func advanceDrain() -> DrainOrder.Then? {
        guard isDraining, let ending = drain.advance() else { return nil }
        leave()
        drain.left(ending)
        snapshots?.take(.drain)
        let then = drain.status().then
        if then == .exit { finishStreams(within: Self.farewell) }
        return then
    }
}

import BeaconBasics
import BeaconLoadKit
import BeaconPrinting

/// A relay load from its first Discover to its report.
struct RelayLoad {
    var plan: RelayPlan
    /// The beacon that is sent to.
    var server: Address
    /// The beacon where the nodes are, if that is another one of its fleet.
    var home: Address?
    var run: Run
    /// Whether load and server are meant to run on the same CPUs.
    var sharesCPUs = false

    struct Result {
        var report: Report
        var tally: RelayTally
    }

    func callAsFunction() throws(LoadError) -> Result {
        var traffic = try RelayTraffic.open(
            plan, to: server, nodesAt: home ?? server, seed: UInt64.random(in: 0...UInt64.max))
        let measurement = try run(&traffic)
        let tally = traffic.tally
        var warnings = Diagnosis(measurement, pace: plan.pace)
            .warnings(sharesCPUs: sharesCPUs, sent: tally.sent, lost: tally.lost)
        if traffic.receiveBuffer < min(plan.worstQueue, SocketGroup.wantedBuffer) {
            warnings.append("the kernel grants receivers only \(traffic.receiveBuffer) bytes: raise net.core.rmem_max")
        }
        let report = Report(
            command: "relay", server: server.description, load: settings, measurement: measurement,
            unit: traffic.unit, tally: ("frames", tally.json), latency: traffic.latency.summary, warnings: warnings,
            interrupted: Interrupt.isRequested)
        return Result(report: report, tally: tally)
    }

    private var settings: [(String, JSON)] {
        [
            ("nodes", .int(plan.nodes)), ("base_id", .int(plan.baseID)), ("receivers", .int(plan.receivers)),
            ("senders", .int(plan.senders)), ("payload", .int(plan.payload)), ("flow", .int(plan.burst)),
            ("order", .string(plan.order.rawValue)), ("gso", .bool(plan.gso)), plan.pace.json,
        ]
    }
}

import ArgumentParser
import BeaconBasics
import BeaconLoadKit
import BeaconPrinting

/// Runs an exchange load and shows its result.
struct ExchangeLoad {
    var load: LoadOptions
    var server: Address
    var pace: Pace
    var settings: [(String, JSON)]
    /// Said when a share of the requests goes unanswered.
    var hintOnLoss: String?

    func callAsFunction<Kind>(_ traffic: inout ExchangeTraffic<Kind>) throws {
        let measurement = try load.prepare(pace)(&traffic)
        let tally = traffic.tally
        guard tally.answered > 0 || tally.sent == 0 else {
            let hint = hintOnLoss.map { ": " + $0 } ?? ""
            throw LoadError.server("no answer from \(server) to \(tally.sent) requests\(hint)")
        }
        var warnings = Diagnosis(measurement, pace: pace).warnings(sent: tally.sent, lost: tally.lost)
        if tally.lost > 0, let hintOnLoss { warnings.append(hintOnLoss) }
        load.show(
            Report(
                command: traffic.kind.command, server: server.description, load: settings + [pace.json],
                measurement: measurement, unit: traffic.unit, tally: ("requests", tally.json),
                latency: traffic.latency.summary, warnings: warnings, interrupted: Interrupt.isRequested))
        if tally.wrong > 0 { throw ExitCode.wrongAnswers }
    }
}

import ArgumentParser
import BeaconBasics
import BeaconPrinting
import BeaconSimKit
import Glibc

struct CampaignCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "campaign", abstract: "Runs many seeds over all scenarios; exit code 1 if anything fails.")

    @OptionGroup var options: CampaignOptions

    @Option(help: "Processes; 0 = one for each processor.")
    var workers = 0

    @Option(help: "Stop after so many failures.")
    var failures = 10

    @Flag(help: "The summary as JSON.")
    var json = false

    func run() throws {
        let plan = try options.plan()
        var conductor = Conductor(plan, options: options, workers: workers == 0 ? processors : workers)
        conductor.failureLimit = max(1, failures)
        let started = realSeconds()
        conductor.conduct()
        let report = conductor.report
        let missing = conductor.isCutShort ? [] : report.missing(plan)
        let shortfalls = conductor.isCutShort ? [] : report.shortfalls(plan)
        let took = realSeconds() - started
        let text =
            json
            ? report.json(missing, shortfalls, took: took).text : report.text(missing, shortfalls, took: took)
        print(text, terminator: "")
        if !report.failures.isEmpty || !missing.isEmpty || !shortfalls.isEmpty { throw ExitCode(1) }
    }

    private var processors: Int { max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN))) }
}

import ArgumentParser
import BeaconBasics
import BeaconLoadKit

struct RelayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay", abstract: "Relays frames between nodes it registers, and checks each.",
        discussion: """
            Exit codes: 0; 1 if a frame came corrupted, twice or at the wrong node; 2 if the load could not run.
            One source has a relay budget at the beacon (--relay-rate): with the default of 4,000 frames/s, 64 senders \
            get 256,000 through.
            """)

    @OptionGroup var load: LoadOptions

    @Option(help: "Nodes to register.")
    var nodes = 1024

    @Option(help: "Sockets that the nodes share.")
    var receivers = 64

    @Option(help: "Sockets that send.")
    var senders = 64

    @Option(help: ArgumentHelp("Bytes of a frame's payload.", valueName: "bytes"))
    var payload = 1200

    @Option(help: ArgumentHelp("Frames in a row to one node.", valueName: "frames"))
    var flow = 1

    @Flag(help: "Take the nodes in turn instead of by dice.")
    var sequential = false

    @Flag(help: "Send each burst as one UDP_SEGMENT message.")
    var gso = false

    private var plan: RelayPlan {
        var plan = RelayPlan()
        plan.nodes = nodes
        plan.receivers = receivers
        plan.senders = senders
        plan.payload = payload
        plan.burst = flow
        plan.order = sequential ? .sequential : .random
        plan.gso = gso
        plan.pace = load.pace(window: 512)
        plan.baseID = load.baseID ?? 0
        return plan
    }

    func validate() throws {
        if let fault = plan.fault { throw ValidationError(fault) }
    }

    func run() throws {
        try load.reportingErrors {
            var plan = plan
            plan.baseID = load.firstID
            let result = try RelayLoad(plan: plan, server: try resolve(load.server), run: try load.prepare(plan.pace))()
            load.show(result.report)
            if result.tally.isWrong { throw ExitCode.wrongAnswers }
        }
    }
}

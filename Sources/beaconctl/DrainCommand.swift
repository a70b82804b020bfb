import ArgumentParser
import BeaconBasics
import BeaconControl

struct DrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Makes the beacon take no new nodes, waits for the others to move, and ends it.",
        discussion: """
            With --wait or --watch the exit status says how the drain ended:
               0  no node is left; the beacon has left the fleet
               3  the deadline came while nodes were left
               4  somebody cancelled the drain
               5  the beacon refuses to drain
               6  the connection broke before the end was seen
            Without it, 0: the beacon drains. Interrupted (128 + signal), the drain goes on; --cancel ends it.
            """)

    @OptionGroup var connection: ConnectionOptions

    @Option(help: ArgumentHelp("How long nodes have to move: 500ms, 130s, 2m, 1h.", valueName: "time"))
    var deadline = "130s"

    @Option(help: "What follows: exit ends the beacon, stay keeps it, outside the fleet.")
    var then: Then = .exit

    @Flag(help: "Even if no other beacon would be left serving.")
    var force = false

    @Flag(help: "Wait for the end, and show how far it is.")
    var wait = false

    @Flag(help: "Order nothing: wait for the end of a drain that is under way.")
    var watch = false

    @Flag(help: "Only tell what would happen; the exit status is 5 if the beacon would refuse.")
    var dryRun = false

    @Flag(help: "Cancel a drain.")
    var cancel = false

    enum Then: String, ExpressibleByArgument, CaseIterable { case exit, stay }

    func validate() throws {
        guard Delay(text: deadline) != nil else {
            throw ValidationError("--deadline is a time like 500ms, 130s, 2m or 1h, not '\(deadline)'")
        }
        guard !cancel || !(wait || force || dryRun || watch) else { throw ValidationError("--cancel goes alone") }
        guard !watch || !(wait || force || dryRun) else { throw ValidationError("--watch goes alone") }
        guard !(wait && dryRun) else { throw ValidationError("--dry-run drains nothing to --wait for") }
    }

    func run() async throws {
        try await connection.withClient { client in
            if cancel { return try await cancel(client) }
            if dryRun { return try await plan(client) }
            if watch { return try await follow(client, from: try await client.ask(.get, "/drain").drain()) }
            let order = try await client.ask(.post, order.target).orderedDrain()
            if wait { return try await follow(client, from: order) }
            writeOutput(DrainDisplay.ordered(order).utf8)
            return .done
        }
    }

    private func follow(_ client: AdminClient, from reading: DrainReading) async throws -> CommandStatus {
        guard reading.state != .serving else {
            writeError("beaconctl: there is no drain\n")
            return .failed
        }
        Interrupt.explain()
        var wait = DrainWait(client, Terminal.style, reading)
        return try await wait.end()
    }

    private var order: DrainRequest {
        DrainRequest(deadline: deadline, then: then.rawValue, force: force, dryRun: dryRun)
    }

    private func plan(_ client: AdminClient) async throws -> CommandStatus {
        let answer = try await client.ask(.post, order.target).checkedJSON()
        guard let plan = DrainPlanText(answer) else { throw AdminError.notABeacon(reason: "it has no plan") }
        writeOutput(plan.text.utf8)
        return plan.isRefused ? .refused : .done
    }

    private func cancel(_ client: AdminClient) async throws -> CommandStatus {
        let answer = try await client.ask(.delete, "/drain").checkedJSON()
        let wasDraining = answer["result"]?.string == "cancelled"
        writeOutput((wasDraining ? "cancelled: the beacon serves as before\n" : "there is no drain\n").utf8)
        return .done
    }
}

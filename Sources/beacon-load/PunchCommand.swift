import ArgumentParser
import BeaconBasics
import BeaconLoadKit
import BeaconPrinting

struct PunchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "punch", abstract: "Registers pairs, asks for punches, and checks the commands to both sides.",
        discussion: """
            A beacon limits punch requests by their source. Start it with --punch-whitelist and this host's address, or \
            most requests go unanswered.
            """)

    @OptionGroup var load: LoadOptions

    @Option(help: "Pairs of nodes, each node at its own socket.")
    var pairs = 32

    func validate() throws {
        try checkSockets(pairs, at: load.pace(window: pairs))
        try load.checkIDs(2 * pairs)
    }

    func run() throws {
        try load.reportingErrors {
            let server = try resolve(load.server)
            let group = try SocketGroup(2 * pairs, to: server)
            let base = load.firstID
            var registration = Registration(sockets: group.count)
            try registration.run(group.count, from: base, at: group)
            // Each side is told where the other one is.
            let expected = registration.seen.indices.map { registration.seen[$0 ^ 1] }
            var traffic = ExchangeTraffic(PunchExchange(base: base), sockets: group, expected: expected)
            let settings: [(String, JSON)] = [("pairs", .int(pairs)), ("base_id", .int(base))]
            let hint = "unanswered requests: does the beacon run with --punch-whitelist and this host's address?"
            try ExchangeLoad(
                load: load, server: server, pace: load.pace(window: pairs), settings: settings, hintOnLoss: hint)(
                    &traffic)
        }
    }
}

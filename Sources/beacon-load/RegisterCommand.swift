import ArgumentParser
import BeaconBasics
import BeaconLoadKit
import BeaconPrinting

struct RegisterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register", abstract: "Registers nodes over and over, and checks the address in each reply.",
        discussion: "A reply names no node, so each socket waits for one reply at a time: --sockets is the window.")

    @OptionGroup var load: LoadOptions

    @Option(help: "Nodes to register in turn.")
    var nodes = 4096

    @Option(help: "Sockets that the nodes share.")
    var sockets = 64

    func validate() throws {
        try checkSockets(sockets, at: load.pace(window: sockets))
        guard (sockets...4_194_304).contains(nodes) else {
            throw ValidationError("--nodes must be --sockets to 4194304")
        }
        try load.checkIDs(nodes)
    }

    func run() throws {
        try load.reportingErrors {
            let server = try resolve(load.server)
            let group = try SocketGroup(sockets, to: server)
            let expected = (0..<sockets).map { group.knownAddress($0) ?? .none }
            let exchange = DiscoverExchange(base: load.firstID, nodes: nodes, slots: sockets)
            var traffic = ExchangeTraffic(exchange, sockets: group, expected: expected)
            let settings: [(String, JSON)] = [
                ("nodes", .int(nodes)), ("base_id", .int(exchange.base)), ("sockets", .int(sockets)),
            ]
            try ExchangeLoad(load: load, server: server, pace: load.pace(window: sockets), settings: settings)(&traffic)
        }
    }
}

/// What the commands that ask and are answered have in common.
func checkSockets(_ slots: Int, at pace: Pace) throws {
    guard (1...4096).contains(slots) else { throw ValidationError("--sockets and --pairs must be 1 to 4096") }
    if let fault = pace.fault { throw ValidationError(fault) }
    if case .window(let window) = pace, window > slots {
        throw ValidationError("--window must be at most \(slots): one request at a time for each socket or pair")
    }
}

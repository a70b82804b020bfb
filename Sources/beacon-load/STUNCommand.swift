import ArgumentParser
import BeaconBasics
import BeaconLoadKit
import BeaconPrinting

struct STUNCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stun", abstract: "Sends STUN Binding requests (RFC 8489) and checks XOR-MAPPED-ADDRESS.")

    @OptionGroup var load: LoadOptions

    @Option(help: "Sockets that ask, one request at a time each.")
    var sockets = 64

    func validate() throws {
        try checkSockets(sockets, at: load.pace(window: sockets))
    }

    func run() throws {
        try load.reportingErrors {
            let server = try resolve(load.server)
            let group = try SocketGroup(sockets, to: server)
            let expected = (0..<sockets).map { group.knownAddress($0) ?? .none }
            let exchange = BindingExchange(run: UInt32.random(in: 0...UInt32.max))
            var traffic = ExchangeTraffic(exchange, sockets: group, expected: expected)
            let settings: [(String, JSON)] = [("sockets", .int(sockets))]
            try ExchangeLoad(load: load, server: server, pace: load.pace(window: sockets), settings: settings)(&traffic)
        }
    }
}

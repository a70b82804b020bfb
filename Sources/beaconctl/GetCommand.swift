import ArgumentParser
import BeaconBasics
import BeaconControl

struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Prints a page of the admin server as it comes.",
        discussion: """
            beaconctl get /peers
            beaconctl get '/path?from=10&to=20'
            beaconctl get --json /stats
            beaconctl get '/drain?watch=1s'
            """)

    @OptionGroup var connection: ConnectionOptions

    @Flag(help: "As JSON.")
    var json = false

    @Argument(help: "What GET / lists.")
    var path: String

    func validate() throws {
        guard !path.isEmpty, path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ValidationError("the path is visible ASCII, with %20 and the like for anything else")
        }
    }

    func run() async throws {
        try await connection.withClient { client in
            var status = 0
            var refusal: [UInt8] = []
            let accept = json ? "application/json" : "text/plain, text/event-stream;q=0.9"
            let target = path.hasPrefix("/") ? path : "/" + path
            // A stream may be silent for as long as nothing happens.
            try await client.read(.get, target, accept: accept, patience: .seconds(3_600)) { part in
                switch part {
                case .head(let code): status = code
                case .body(let bytes) where status == 200: return writeOutput(bytes)
                case .body(let bytes): refusal += bytes
                }
                return refusal.count < 65_536
            }
            guard status != 200 else { return .done }
            writeError(String(decoding: refusal, as: UTF8.self))
            return AdminError.refused(status: status, reason: "").exitStatus
        }
    }
}

import ArgumentParser
import BeaconControl

/// Where the beacon is: the same for every command.
struct ConnectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Address of the admin server.", valueName: "host:port"))
    var admin = environment("BEACON_ADMIN") ?? AdminAddress.standard

    @Option(help: ArgumentHelp("File with the bearer token of the admin server.", valueName: "path"))
    var tokenFile: String?

    func validate() throws {
        guard AdminAddress(admin) != nil else {
            throw ValidationError("--admin is an address and a port, like \(AdminAddress.standard), not '\(admin)'")
        }
    }

    /// Runs a command with a client. Whatever goes wrong ends the program with a sentence and a status.
    func withClient(_ body: (AdminClient) async throws -> CommandStatus) async throws {
        guard let address = AdminAddress(admin) else { return }
        do {
            let path = tokenFile ?? environment("BEACON_ADMIN_TOKEN_FILE")
            let client = AdminClient(address, token: try path.map(TokenFile.read))
            let status = try await body(client)
            if status != .done { throw ExitCode(status.rawValue) }
        } catch let error as AdminError {
            writeError("beaconctl: \(error)\n")
            throw ExitCode(error.exitStatus.rawValue)
        } catch let error as TokenFile.Failure {
            writeError("beaconctl: \(error)\n")
            throw ExitCode(CommandStatus.denied.rawValue)
        }
    }
}

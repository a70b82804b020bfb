import ArgumentParser
import BeaconAdmin
import BeaconRecorder
import Glibc
import Logging

/// The program `beacon`, but for the process around it.
public enum BeaconProgram {
    public static let version = "0.1.0"

    /// Reads the command line and the environment, and runs a beacon until it is told to stop.
    ///
    /// - Parameter arguments: without the program's name.
    /// - Returns: the exit status.
    public static func main(arguments: [String], environment: [String: String]) -> Int32 {
        // Whoever reads the log or an answer may go away: that is an error of one write, not the end.
        signal(SIGPIPE, SIG_IGN)
        switch start(arguments: arguments, environment: environment) {
        case .run(let configuration):
            return run(configuration, manager: ServiceManager(environment: environment))
        case .stop(let status, let text):
            if status == 0 { print(text) } else { writeToStandardError(Array("\(text)\n".utf8)) }
            return status
        }
    }

    /// What a command line asks for.
    enum Start {
        case run(Configuration)
        /// Say this and end: on standard output if the status is 0, which is help or version; else on standard error.
        case stop(status: Int32, text: String)
    }

    static func start(arguments: [String], environment: [String: String]) -> Start {
        let options: Options
        do {
            options = try Options.parse(Options.normalized(arguments))
        } catch {
            return .stop(status: Options.exitCode(for: error).rawValue, text: Options.fullMessage(for: error))
        }
        do {
            return .run(try Configuration.load(flags: options.flags, environment: environment))
        } catch {
            return .stop(status: EX_CONFIG, text: error.problems.map { "beacon: \($0)" }.joined(separator: "\n"))
        }
    }

    /// Runs a beacon until SIGTERM or SIGINT; 0 then, and 1 if it could not start.
    public static func run(_ configuration: Configuration) -> Int32 {
        run(configuration, manager: ServiceManager(environment: [:]))
    }

    static func run(_ given: Configuration, manager: ServiceManager) -> Int32 {
        var configuration = given
        Signals.block()
        let output = LogOutput(configuration)
        let log = Logger(output)
        for warning in configuration.warnings { log.warning("\(warning)") }
        let node: Node
        do {
            let takeover = try configuration.beginTakeover()
            node = try Node(configuration, output: output, takeover: takeover, manager: manager, log: log)
        } catch {
            log.error("cannot start", metadata: ["error": "\(error)"])
            return 1
        }
        while true {
            switch Signals.wait(atMost: node.isDraining ? Node.drainLook : nil) {
            case .reload: node.reload()
            case .snapshot: node.snapshots?.order(.signal)
            case .stop(let signal) where !node.drainInstead(of: signal):
                log.info("stopping", metadata: ["signal": "\(signal)"])
                node.stop()
                log.info("stopped")
                return 0
            case .look, .stop:
                guard node.advanceDrain() == .exit else { continue }
                node.stop()
                log.info("stopped")
                return 0
            }
        }
    }
}

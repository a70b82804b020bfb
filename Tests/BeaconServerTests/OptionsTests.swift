import BeaconBasics
import Glibc
import Logging
import Testing

@testable import BeaconServer

@Suite struct OptionsTests {
    private func start(_ arguments: [String]) -> BeaconProgram.Start {
        BeaconProgram.start(arguments: arguments, environment: [:])
    }

    private func configuration(_ arguments: [String]) throws -> Configuration {
        guard case .run(let configuration) = start(arguments) else { throw Refused() }
        return configuration
    }

    private struct Refused: Error {}

    private func stop(_ arguments: [String]) throws -> (status: Int32, text: String) {
        guard case .stop(let status, let text) = start(arguments) else { throw Refused() }
        return (status, text)
    }

    @Test(arguments: Setting.all)
    func everySettingIsAFlagInEverySpelling(_ setting: Setting) throws {
        let (key, text) = (setting.key.rawValue, setting.defaultText)
        for dashes in ["-", "--"] {
            let spellings = [
                ["\(dashes)\(key)=\(text)"], setting.isSwitch ? ["\(dashes)\(key)"] : ["\(dashes)\(key)", text],
            ]
            for arguments in spellings {
                // Some settings begin a fleet, and that needs an id, and a key or a word that there is none.
                let begun: [Setting.Key] =
                    setting.key == .beaconID ? [] : [.beaconID, .fleetInsecure].filter { $0 != setting.key }
                let values: [Setting.Key: String] = [.beaconID: "7", .fleetInsecure: "true"]
                let configuration = try configuration(begun.map { "--\($0.rawValue)=\(values[$0]!)" } + arguments)
                #expect(Set(configuration.sources.keys) == Set(begun + [setting.key]), "\(arguments)")
                #expect(configuration.sources.values.allSatisfy { $0 == .flag })
            }
        }
    }

    @Test(arguments: Setting.all)
    func helpShowsEverySetting(_ setting: Setting) throws {
        let help = try stop(["--help"])
        #expect(help.status == 0)
        #expect(help.text.contains("  --\(setting.key.rawValue) "))
        let words = help.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains(setting.help))
        #expect(words.contains(setting.defaultText.isEmpty ? setting.help : "(default: \(setting.defaultText))"))
    }

    /// Go's flag package, as upstream uses it.
    @Test func upstreamsSpellings() throws {
        let configuration = try configuration([
            "-addr", "127.0.0.1:0", "-strict-gossip", "-require-punch-token=false", "-peers=127.0.0.1:1,[::1]:2",
            "-registry",
            "",
            "-beacon-id=7", "-log-level", "warning",
        ])
        #expect(configuration.listen.description == "127.0.0.1:0")
        #expect(configuration.strictGossip && !configuration.requirePunchToken)
        #expect(configuration.peers.map(\.description) == ["127.0.0.1:1", "[::1]:2"])
        #expect(configuration.registry == nil && configuration.beaconID == 7)
        #expect(configuration.logLevel == .warning)
    }

    @Test func theLastOfTwoWins() throws {
        #expect(try configuration(["-shards", "1", "--shards=2"]).shards == 2)
    }

    @Test(arguments: [
        ["-nope"], ["--nope", "1"], ["stray"], ["-addr"], ["-strict-gossip", "false"], ["--", "-addr", ":1"],
        ["---addr", ":1"],
        ["-"],
    ])
    func aWrongCommandLineIsStatus64(_ arguments: [String]) throws {
        let (status, text) = try stop(arguments)
        #expect(status == EX_USAGE)
        #expect(text.contains("beacon --help"))
    }

    @Test(arguments: [
        ["-addr", "nonsense"], ["-strict-gossip=maybe"], ["--relay-rate", "-1"], ["-peers", "-addr"],
        ["-config", "/nonexistent"],
    ])
    func aWrongValueIsStatus78(_ arguments: [String]) throws {
        let (status, text) = try stop(arguments)
        #expect(status == EX_CONFIG)
        #expect(text.hasPrefix("beacon: "))
    }

    @Test(arguments: ["-version", "--version"])
    func version(_ argument: String) throws {
        #expect(try stop([argument]) == (0, "beacon \(BeaconProgram.version)"))
    }
}

import BeaconBasics
import BeaconTestKit
import BeaconWire
import Testing

@testable import BeaconRelay

/// One scenario of `Tests/Vectors/conformance.txt`: a title in brackets, then steps.
///
///     option NAME [VALUE]          how the beacon is made
///     s1 > 01·0000002a = s1 02·…   a datagram from a socket, and what is sent because of it, or `drop REASON`
///     wait 500ms = probe s1        time passes; the probes sent meanwhile
///     clock 4102444801             the wall clock, Unix seconds
///
/// Sockets: `sN` is 127.0.0.1:5000N, `tN` 127.0.0.2:5000N, `uN` 203.0.113.N:5000N, `vN` [::1]:5000N.
struct Scenario: Sendable, CustomStringConvertible {
    var title: String
    var lines: [Substring] = []

    var description: String { title }

    static let all: [Scenario] = {
        var scenarios: [Scenario] = []
        for line in VectorFile.text("conformance").split(separator: "\n") where !line.hasPrefix("#") {
            if line.hasPrefix("[") {
                scenarios.append(Scenario(title: String(line.dropFirst().dropLast())))
            } else if !line.allSatisfy(\.isWhitespace) {
                scenarios[scenarios.count - 1].lines.append(line)
            }
        }
        return scenarios
    }()

    func run(verify: @escaping @Sendable ([UInt8], [UInt8], [UInt8]) -> Bool) throws {
        let options = lines.filter { $0.hasPrefix("option ") }.map { $0.split(separator: " ") }
        let beacon = Beacon { settings in
            settings.punchWhitelist = .everybody
            settings.verifySignature = verify
            for option in options { Self.apply(option, &settings) }
        }
        for line in lines where !line.hasPrefix("option ") {
            let halves = line.split(separator: " = ", maxSplits: 1)
            let found = try step(String(halves[0]), beacon)
            let expected = halves.count == 2 ? Self.normal(halves[1]) : ""
            #expect(found == expected, "\(title): \(line)")
        }
    }

    private static func apply(_ option: [Substring], _ settings: inout RegistrySettings) {
        switch option[1] {
        case "reference": settings.policy = .reference
        case "limited": settings.punchWhitelist = .nobody
        case "grants": settings.requiresGrants = true
        case "nodes": settings.maximumNodes = Int(option[2])!
        default: preconditionFailure("no option \(option[1])")
        }
    }

    private func step(_ text: String, _ beacon: Beacon) throws -> String {
        let words = text.split(separator: " ", maxSplits: 2)
        switch words[0] {
        case "wait":
            return beacon.pass(Self.delay(words[1])).map { "probe \(Self.name($0.endpoint.address))" }
                .joined(separator: " & ")
        case "clock":
            beacon.unixSeconds = try #require(Int64(words[1]))
            return ""
        default:
            precondition(words[1] == ">", text)
            return Self.text(beacon.receive(String(words.count > 2 ? words[2] : ""), from: Self.socket(words[0])))
        }
    }

    private static func delay(_ text: Substring) -> Delay {
        text.hasSuffix("ms") ? .milliseconds(UInt64(text.dropLast(2))!) : .seconds(UInt64(text.dropLast(1))!)
    }

    private static let hosts: [Character: String] = ["s": "127.0.0.1", "t": "127.0.0.2", "v": "::1"]

    private static func socket(_ name: Substring) -> Address {
        let number = UInt16(name.dropFirst())!
        return Address(host: hosts[name.first!] ?? "203.0.113.\(number)", port: 50_000 + number)!
    }

    private static func name(_ address: Address) -> String {
        let number = address.port - 50_000
        return "\(hosts.first { $0.value == address.hostText }?.key ?? "u")\(number)"
    }

    private static func text(_ effect: Beacon.Effect) -> String {
        switch effect {
        case .dropped(let outcome): "drop \(outcome.name)"
        case .accepted(let outcome): "accept \(outcome.name)"
        case .synced: "taken"
        case .syncRefused: "refused"
        case .sent(let datagrams, _):
            datagrams.map { "\(name($0.to.address)) \(hex($0.bytes))" }.joined(separator: " & ")
        }
    }

    /// The expectation without what only separates fields.
    private static func normal(_ text: Substring) -> String {
        text.split(separator: " & ").map { part in
            let words = part.split(separator: " ", maxSplits: 1)
            let isText = ["drop", "accept", "probe"].contains(words[0]) || words.count < 2
            return isText ? String(part) : "\(words[0]) \(hex(bytes(String(words[1]))))"
        }.joined(separator: " & ")
    }
}

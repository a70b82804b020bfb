import ArgumentParser
import BeaconPrinting
import BeaconSimKit

struct FiguresCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "figures",
        abstract: "Measures what the project promises of a fleet; exit code 1 if a figure falls short.")

    @Option(help: "Only the case of this name, or those whose name begins like this; all if none is named.")
    var only: [String] = []

    @Flag(help: "As JSON.")
    var json = false

    func run() throws {
        let names = Set(FigureCase.all.map(\.name))
        let cases = FigureCase.all.filter { one in
            only.isEmpty || only.contains { names.contains($0) ? one.name == $0 : one.name.hasPrefix($0) }
        }
        guard !cases.isEmpty else {
            throw ValidationError("no such case: \(FigureCase.all.map(\.name).joined(separator: " "))")
        }
        let started = realSeconds()
        var figures: [Figure] = []
        var violations: [String] = []
        for one in cases {
            let (measured, broken) = one.measure { say("\(Int(realSeconds() - started)) s  \($0)") }
            figures += measured
            violations += broken
        }
        print(json ? Self.json(figures, violations).text : Self.table(figures), terminator: "")
        for violation in violations { say(violation) }
        if !violations.isEmpty || figures.contains(where: { !$0.isMet }) { throw ExitCode(1) }
    }

    private static func table(_ figures: [Figure]) -> String {
        var table = TextTable(header: ["figure", "measured", "limit", "unit", "met"])
        for figure in figures {
            table.add([
                figure.name, figure.measured.map(text) ?? "-", (figure.isLeast ? "≥ " : "") + text(figure.limit),
                figure.unit,
                figure.isMet ? "yes" : "no" + (figure.violated.isEmpty ? "" : " (\(codes(figure)) violated)"),
            ])
        }
        return table.text
    }

    private static func codes(_ figure: Figure) -> String { figure.violated.map(\.rawValue).joined(separator: " ") }

    private static func text(_ value: Double) -> String {
        value >= 100 ? String(Int(value.rounded())) : String((value * 1_000).rounded() / 1_000)
    }

    private static func json(_ figures: [Figure], _ violations: [String]) -> JSON {
        .object([
            (
                "figures",
                .array(
                    figures.map {
                        .object([
                            ("name", .string($0.name)), ("unit", .string($0.unit)), ("limit", .number($0.limit)),
                            ("is_least", .bool($0.isLeast)),
                            ("measured", .number($0.measured)), ("met", .bool($0.isMet)),
                            ("violated", .array($0.violated.map { .string($0.rawValue) })),
                        ])
                    })
            ), ("violations", .array(violations.map { .string($0) })),
        ])
    }
}

import ArgumentParser
import BeaconSimKit

struct FiguresCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "figures", abstract: "…")
    func run() throws {}
}

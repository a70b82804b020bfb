import ArgumentParser
import BeaconPrinting
import BeaconSimKit

struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Names the scenarios.")

    func run() {
        var table = TextTable()
        for scenario in Scenario.all {
            let name = scenario.name + String(repeating: " ", count: max(0, 18 - scenario.name.count))
            let sizes = "\(scenario.sizes.lowerBound)-\(scenario.sizes.upperBound)"
            table.add(["\(name)  \(scenario.summary)\(scenario.isStandard ? "" : " (only by name)")", sizes])
        }
        print(table.text, terminator: "")
    }
}

import ArgumentParser
import BeaconSimKit

@main
struct BeaconSim: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "beacon-sim", abstract: "Simulates a fleet of beacons.")
}

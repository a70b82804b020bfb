import Testing

@testable import BeaconSimKit

import Testing

@testable import BeaconDirectory

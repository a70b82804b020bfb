import Testing

@testable import BeaconCluster

import Testing

@testable import BeaconMembership

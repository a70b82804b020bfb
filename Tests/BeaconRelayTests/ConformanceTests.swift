import BeaconCrypto
import Testing

@Suite struct ConformanceTests {
    @Test(arguments: Scenario.all)
    func theScenarioHolds(scenario: Scenario) throws {
        try scenario.run(verify: { Signature.isValid(key: $0, text: $1, signature: $2) })
    }
}

import Testing

@testable import BeaconServer

@Suite struct ConfigurationFileTests {
    private func read(_ text: String) -> ConfigurationFile { ConfigurationFile(path: "f", bytes: Array(text.utf8)) }

    @Test func scalarsBecomeTheTextOfAFlag() {
        let file = read(
            """
            {"addr": ":1", "beacon_id": 1000000, "relay-rate": 4000,
             "strict-gossip": true, "gso": false, "peers": ""}
            """)
        #expect(file.problems.isEmpty)
        #expect(
            file.entries.map { "\($0.key.rawValue)=\($0.text)" } == [
                "addr=:1", "beacon-id=1000000", "relay-rate=4000", "strict-gossip=true", "gso=false", "peers=",
            ])
        #expect(file.entries[3].place == "f:2: \"strict-gossip\"")
    }

    @Test(arguments: [
        (#"{"peers": ["a:1"]}"#, "f:1: \"peers\" must be a string, a number or a boolean"),
        (#"{"peers": {}}"#, "f:1: \"peers\" must be a string, a number or a boolean"),
        (#"{"peers": null}"#, "f:1: \"peers\" must be a string, a number or a boolean"),
        (#"{"pears": "a:1"}"#, "f:1: \"pears\" is no setting; did you mean \"peers\"?"),
        (#"{"a\u0007b": 1}"#, "f:1: \"a\\u0007b\" is no setting"),
        (#"{"config": "x"}"#, "f:1: \"config\" cannot be set by a file"),
        ("{\"max-nodes\": 1,\n\"max_nodes\": 1}", "f:2: \"max_nodes\" is there twice"),
        ("[]", "f: must hold one JSON object"), ("3", "f: must hold one JSON object"),
        ("", "f:1: is not JSON: the text ends too early"),
        ("{\n\"addr\" 1}", "f:2: is not JSON: expected ':' after the key \"addr\""),
    ])
    func aProblemNamesFileLineAndKey(_ text: String, _ problem: String) {
        #expect(read(text).problems.map(\.description) == [problem])
    }

    @Test func goodEntriesBesideBadOnesAreKept() {
        let file = read(#"{"x": 1, "shards": 2, "y": [[]], "z": null}"#)
        #expect(file.problems.count == 3)
        #expect(file.entries.map(\.text) == ["2"])
    }

    @Test func anIntegerWithAnExponentIsNotRounded() throws {
        let file = read(#"{"beacon-id": 1e+06}"#)
        #expect(file.entries.map(\.text) == ["1e+06"])
        var configuration = Configuration()
        #expect(throws: InvalidValue.self) { try Setting.of(.beaconID).assign(file.entries[0].text, &configuration) }
    }

    @Test(arguments: ["/nonexistent/beacon.json", "/tmp"])
    func anUnreadableFileIsAProblem(_ path: String) {
        let file = ConfigurationFile(path: path)
        #expect(file.problems.count == 1)
        #expect(file.problems.first?.place == path)
    }

    @Test func theSizeIsLimited() {
        var directory = TemporaryDirectory()
        let blank = String(repeating: " ", count: ConfigurationFile.limit - 2)
        #expect(ConfigurationFile(path: directory.write("{}" + blank)).problems.isEmpty)
        let file = ConfigurationFile(path: directory.write("{}" + blank + " "))
        #expect(file.problems.map(\.sentence) == ["is longer than 1048576 bytes"])
    }
}

import Testing

@testable import BeaconServer

@Suite struct ConfigurationChecksTests {
    private static let token = "0123456789abcdef"

    private func load(_ flags: [Setting.Key: String]) throws(ConfigurationError) -> Configuration {
        try Configuration.load(flags: flags, environment: [:])
    }

    @Test(arguments: [":9090", "0.0.0.0:9090", "192.0.2.1:9090", "[2001:db8::1]:9090"])
    func anOpenAdminServerNeedsAToken(_ admin: String) throws {
        let error = try #require(throws: ConfigurationError.self) { try load([.admin: admin]) }
        #expect(error.description.contains("--admin-token-file"))
        var directory = TemporaryDirectory()
        let path = directory.write(Self.token)
        #expect(try load([.admin: admin, .adminTokenFile: path]).adminToken?.revealed == Self.token)
    }

    @Test(arguments: ["127.0.0.1:9090", "127.8.8.8:1", "[::1]:9090", "localhost:0", "none"])
    func loopbackNeedsNone(_ admin: String) throws {
        #expect(try load([.admin: admin]).adminToken == nil)
    }

    @Test func aTokenIsTakenWithoutItsBlanks() throws {
        var directory = TemporaryDirectory()
        let path = directory.write("\t \(Self.token)\r\n\n")
        #expect(try load([.adminTokenFile: path]).adminToken?.revealed == Self.token)
    }

    @Test(
        arguments: [
            ("", 0o600, "is empty"), (" \n", 0o600, "is empty"), ("0123456789abcde", 0o600, "fewer than 16"),
            ("0123456789 abcdef", 0o600, "visible ASCII"), ("0123456789abcdeé", 0o600, "visible ASCII"),
            (token, 0o604, "chmod o-r"), (String(repeating: "x", count: 5_000), 0o600, "longer than 4096"),
        ] as [(String, UInt32, String)])
    func aBadTokenFileIsAnError(_ content: String, _ mode: UInt32, _ reason: String) throws {
        var directory = TemporaryDirectory()
        let path = directory.write(content, mode: mode)
        let error = try #require(throws: ConfigurationError.self) { try load([.adminTokenFile: path]) }
        #expect(error.problems.count == 1)
        #expect(error.description.contains(reason))
        #expect(!error.description.contains("0123456789"))
    }

    @Test(arguments: [
        ("/nonexistent/token", "No such file"), ("/tmp", "not a regular file"), ("/dev/null", "not a regular file"),
    ])
    func anAbsentTokenFileIsAnError(_ path: String, _ reason: String) throws {
        let error = try #require(throws: ConfigurationError.self) { try load([.adminTokenFile: path]) }
        #expect(error.description.contains(reason))
    }

    @Test func theTokenFileIsNotReadWithoutAnAdminServer() throws {
        #expect(try load([.admin: "none", .adminTokenFile: "/nonexistent/token"]).adminToken == nil)
    }

    @Test func healthAndAdminCannotShareAnAddress() throws {
        let error = try #require(throws: ConfigurationError.self) { try load([.health: "127.0.0.1:9090"]) }
        #expect(error.description.contains("serves /healthz itself"))
        #expect(try load([.health: "127.0.0.1:0", .admin: "127.0.0.1:0"]).health != nil)
    }
}

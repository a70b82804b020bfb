import BeaconCrypto
import Glibc
import Testing

@testable import BeaconServer

@Suite struct FleetKeyFileTests {
    private static let hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff"
    private static let base64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8="
    private static let bytes = (0..<31).map { UInt8($0) } + [0xFF]
    private static let other = String(repeating: "ab", count: 32)

    private func ring(_ text: String) throws(InvalidValue) -> KeyRing { try FleetKeyFile.ring(in: text, path: "f") }

    @Test(arguments: [
        hex, hex.uppercased(), base64, String(base64.dropLast()), "  \(hex)\t# the key", "\n# remark\n\n\(hex)\r\n",
    ])
    func everySpelling(_ text: String) throws { #expect(try ring(text).secrets == [Self.bytes]) }

    @Test func theFirstSeals() throws {
        #expect(
            try ring("\(Self.other)\n\(Self.base64)\n").secrets == [[UInt8](repeating: 0xAB, count: 32), Self.bytes])
    }

    @Test(arguments: [
        ("", "f holds no key"), ("#\n\n", "f holds no key"), ("\n\nabc\n", "f:3: not 64 hex"),
        ("\(hex)0\n", "f:1: not 64 hex"), (String(hex.dropLast()) + "g", "f:1: not 64 hex"),
        ("\(hex) \(other)", "f:1: not 64 hex"), (base64 + "=", "f:1: not 64 hex"),
        (String(base64.dropLast(2)), "f:1: not 64 hex"), ("AA" + base64, "f:1: not 64 hex"),
        ("\(hex)\n\(base64)\n", "f:2: the same key as in line 1"),
        (String(repeating: "0", count: 64), "f:1: a key of zeros"),
    ])
    func whatIsWrongAndWhere(_ text: String, _ start: String) throws {
        let error = try #require(throws: InvalidValue.self) { try ring(text) }
        #expect(error.reason.hasPrefix(start), "\(error.reason)")
        #expect(!error.reason.contains("0102"))
    }

    @Test func tooManyKeys() throws {
        let lines = (1...9).map { String(repeating: "\($0)", count: 64) }
        #expect(try ring(lines.prefix(8).joined(separator: "\n")).secrets.count == 8)
        let error = try #require(throws: InvalidValue.self) { try ring(lines.joined(separator: "\n")) }
        #expect(error.reason.contains("9 keys"))
    }

    /// (mode, owner, reader) → what is said of it.
    @Test(
        arguments: [
            (0o600, 1_000, 1_000, nil), (0o400, 1_000, 1_000, nil), (0o640, 1_000, 1_000, "chmod 600"),
            (0o604, 1_000, 1_000, "chmod 600"), (0o620, 1_000, 1_000, "chmod 600"), (0o600, 0, 0, nil),
            (0o640, 0, 0, "chmod 600"), (0o640, 0, 1_000, nil), (0o440, 0, 1_000, nil), (0o660, 0, 1_000, "chmod 640"),
            (0o644, 0, 1_000, "chmod 640"),
        ] as [(UInt32, UInt32, UInt32, String?)])
    func whoMayReadIt(_ mode: UInt32, _ owner: UInt32, _ reader: UInt32, _ said: String?) {
        let problem = FleetKeyFile.exposure(SmallFile(bytes: [], mode: 0o100000 | mode, owner: owner), readBy: reader)
        #expect(problem == nil ? said == nil : problem!.contains(said ?? "nothing"), "\(problem ?? "nothing")")
    }

    @Test func whatIsWrittenIsRead() throws {
        var directory = TemporaryDirectory()
        let path = directory.write("\(Self.hex)\n", mode: 0o600)
        let before = try FleetKeyFile.read(path)
        let after = try #require(before.sealing([UInt8](repeating: 7, count: 32)))
        try FleetKeyFile.write(after, to: path)
        #expect(try FleetKeyFile.read(path) == after)
        #expect(try SmallFile.read(path, limit: 10_000).mode & 0o777 == 0o600)
        #expect(access("\(path).new", F_OK) != 0)
    }

    /// Secrets are often handed out as links (Kubernetes, systemd): the file behind is replaced, the link stays.
    @Test func aLinkStaysALink() throws {
        var directory = TemporaryDirectory()
        let path = directory.write("\(Self.hex)\n")
        let link = "\(directory.path)/link"
        #expect(symlink(path, link) == 0)
        defer { unlink(link) }
        try FleetKeyFile.write(try ring(Self.other), to: link)
        #expect(try FleetKeyFile.read(path) == ring(Self.other))
        var status = stat()
        #expect(lstat(link, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    }

    @Test func aFileThatIsGoneIsAnErrorAndNothingIsLeftBehind() throws {
        let error = try #require(throws: SmallFile.Failure.self) {
            try FleetKeyFile.write(try! ring(Self.hex), to: "/nonexistent/fleet.key")
        }
        #expect(error.description.contains("No such file"))
    }

    @Test func readingSaysHowToMakeOne() throws {
        let error = try #require(throws: InvalidValue.self) { try FleetKeyFile.read("/nonexistent/fleet.key") }
        #expect(error.reason.contains("openssl rand -hex 32") && error.reason.contains("/nonexistent/fleet.key"))
    }
}

import BeaconTestKit
import Testing

@testable import BeaconServer

@Suite struct ColdLibrariesTests {
    private func mapping(_ line: String) -> ColdLibraries.Mapping? { ColdLibraries.Mapping(line[...]) }

    @Test func onlyWhatIsAsInTheFileMayGo() throws {
        let path = "08:01 42     /usr/lib/libsqlite3.so.0.8.6"
        for (fields, may) in [
            ("7f00-8f00 r-xp 00001000", true), ("7f00-8f00 r--p 00000000", true), ("7f00-8f00 r--p 00001000", false),
            ("7f00-8f00 rw-p 00000000", false), ("7f00-8f00 rwxp 00000000", false),
        ] {
            let found = try #require(mapping("\(fields) \(path)"))
            #expect(found.isAsInTheFile == may && found.byteCount == 0x1000)
            #expect(found.isOne(of: ["libsqlite3.so"]) && !found.isOne(of: ["libsqlite", "sqlite3.so"]))
        }
    }

    @Test(arguments: ["", "7f00-8f00 r-xp 0 0 0", "x-y r-xp 0 0 0 /a", "8f00-7f00 r-xp 0 0 0 /a", "7f00 r-xp 0 0 0 /a"])
    func whatIsNoMappingIsNone(_ line: String) {
        #expect(mapping(line) == nil)
    }

    /// The process goes on, and what was let go of still works.
    @Test func whatIsReleasedComesBack() {
        for _ in 0..<3 {
            ColdLibraries.release()
            #expect(throws: ConfigurationError.self) {
                try Configuration.load(flags: [.restore: "/proc/self/status"], environment: [:])
            }
        }
    }
}

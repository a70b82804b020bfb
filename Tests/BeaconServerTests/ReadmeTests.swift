import BeaconServer
import FoundationEssentials
import Testing

/// The README's table of settings is made from the settings themselves.
@Suite struct ReadmeTests {
    /// BEACON_WRITE_README=1 writes the table instead of comparing it.
    @Test func theTableOfSettingsIsTheSettings() throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let path = "/\(root)/README.md"
        let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        let (open, close) = ("<!-- settings -->\n", "<!-- /settings -->\n")
        let start = try #require(text.firstRange(of: open)).upperBound
        let end = try #require(text.firstRange(of: close)).lowerBound
        if ProcessInfo.processInfo.environment["BEACON_WRITE_README"] == "1" {
            try (text[..<start] + table + text[end...]).write(toFile: path, atomically: true, encoding: .utf8)
        } else {
            #expect(text[start..<end] == table, "run again with BEACON_WRITE_README=1")
        }
    }

    private var table: String {
        let rows = Setting.all.map { setting in
            let traits = [setting.isLive ? "live" : nil, setting.isSecret ? "secret" : nil].compactMap { $0 }
            let meaning = setting.help + (traits.isEmpty ? "" : " *\(traits.joined(separator: ", "))*")
            let value = setting.defaultText.isEmpty ? "" : "`\(setting.defaultText)`"
            return
                "| `--\(setting.key.rawValue)` `\(escaped(setting.placeholder))` | \(value) | \(escaped(meaning)) |\n"
        }
        return "| setting | default | meaning |\n| --- | --- | --- |\n" + rows.joined()
    }

    private func escaped(_ text: String) -> String { text.replacing("|", with: "\\|") }
}

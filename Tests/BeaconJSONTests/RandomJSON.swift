import BeaconBasics
import BeaconJSON

/// Makes up JSON values together with one way to write each.
struct RandomJSON {
    private var dice: SeededRandom
    private var line = 1

    init(seed: UInt64) { dice = SeededRandom(seed: seed) }

    mutating func number(below limit: Int) -> Int { Int.random(in: 0..<limit, using: &dice) }

    /// An object at the top of a text.
    mutating func object(depth: Int) -> (value: JSON, text: String) {
        line = 1
        return members(depth: depth)
    }

    private mutating func value(depth: Int) -> (value: JSON, text: String) {
        switch number(below: depth > 0 ? 6 : 4) {
        case 0: return [(.null, "null"), (.bool(true), "true"), (.bool(false), "false")][number(below: 3)]
        case 1:
            let text = ["0", "-0", "12", "-3.25", "1E9", "6.02e+23", "18446744073709551616"][number(below: 7)]
            return (.number(text), text)
        case 2, 3:
            let (string, text) = string()
            return (.string(string), text)
        case 4:
            let elements = (0..<number(below: 4)).map { _ in value(depth: depth - 1) }
            return (.array(elements.map(\.value)), "[\(elements.map(\.text).joined(separator: ","))]")
        default: return members(depth: depth - 1)
        }
    }

    private mutating func members(depth: Int) -> (value: JSON, text: String) {
        var members: [JSON.Member] = []
        var texts: [String] = []
        for _ in 0..<number(below: 4) {
            let space = space()
            let (key, keyText) = string()
            let keyLine = line
            let between = (self.space(), self.space())
            let (value, valueText) = value(depth: depth)
            members.append(.init(key: key, value: value, line: keyLine))
            texts.append("\(space)\(keyText)\(between.0):\(between.1)\(valueText)\(self.space())")
        }
        return (.object(members), "{\(texts.joined(separator: ","))}")
    }

    private mutating func space() -> String {
        let space = ["", " ", "\t", "\n", "\r\n"][number(below: 5)]
        if space.utf8.contains(0x0A) { line += 1 }
        return space
    }

    private mutating func string() -> (String, text: String) {
        let scalars: [(Unicode.Scalar, String)] = [
            ("a", "a"), ("\"", #"\""#), ("\\", #"\\"#), ("/", "/"), ("/", #"\/"#), ("\n", #"\n"#),
            ("\u{0}", #"\u0000"#), ("é", "é"),
            ("é", #"\u00E9"#), ("😀", "😀"), ("😀", #"\ud83d\uDE00"#), ("}", "}"), ("\u{2028}", "\u{2028}"),
        ]
        let chosen = (0..<number(below: 6)).map { _ in scalars[number(below: scalars.count)] }
        return (String(String.UnicodeScalarView(chosen.map(\.0))), "\"\(chosen.map(\.1).joined())\"")
    }
}

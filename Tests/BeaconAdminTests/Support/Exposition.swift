/// A reader of the Prometheus text format 0.0.4 that accepts nothing doubtful: HELP and TYPE once and before the samples,
/// a family's samples together, no sample twice, names and values of the right form.
struct Exposition {
    struct Sample: Hashable {
        let name: String
        let labels: [String: String]
        let value: String
    }

    struct Mistake: Error {
        let line: String
        let what: String
    }

    private(set) var families: [(name: String, kind: String)] = []
    private var samples: [Sample] = []
    private var helped: String?
    private var line = ""

    var count: Int { samples.count }

    init(_ text: String) throws {
        try require(text.hasSuffix("\n"), "no line end at the end")
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            self.line = String(line)
            try addLine()
        }
    }

    func samples(of family: String) -> [Sample] { samples.filter { Self.family(of: $0.name, in: families) == family } }

    private mutating func addLine() throws {
        if line.hasPrefix("# HELP ") {
            helped = String(line.split(separator: " ")[2])
        } else if line.hasPrefix("# TYPE ") {
            let words = line.split(separator: " ").map(String.init)
            try require(words.count == 4 && words[2] == helped, "TYPE without HELP before it")
            try require(["counter", "gauge", "histogram"].contains(words[3]), "no such type")
            try require(!families.contains { $0.name == words[2] }, "family twice")
            families.append((words[2], words[3]))
        } else {
            try addSample()
        }
    }

    private mutating func addSample() throws {
        var rest = line[...]
        let name = take(&rest) { $0.isLetter || $0.isNumber || $0 == "_" || $0 == ":" }
        try require(!name.isEmpty && !name.first!.isNumber, "bad name")
        try require(Self.family(of: name, in: families.suffix(1)) != nil, "outside its family")
        var labels: [String: String] = [:]
        if rest.first == "{" { labels = try takeLabels(&rest) }
        try require(rest.first == " ", "no space before the value")
        let value = String(rest.dropFirst())
        try require(Double(value) != nil || value == "+Inf", "bad value")
        let sample = Sample(name: name, labels: labels, value: value)
        try require(!samples.contains { $0.name == name && $0.labels == labels }, "sample twice")
        samples.append(sample)
    }

    private func takeLabels(_ rest: inout Substring) throws -> [String: String] {
        var labels: [String: String] = [:]
        repeat {
            rest.removeFirst()
            let name = take(&rest) { $0.isLetter || $0.isNumber || $0 == "_" }
            try require(!name.isEmpty && rest.hasPrefix("=\""), "bad label")
            rest.removeFirst(2)
            var value = ""
            while let character = rest.popFirst(), character != "\"" {
                guard character == "\\" else { value.append(character); continue }
                let escapes: [Character: Character] = ["n": "\n", "\\": "\\", "\"": "\""]
                guard let escaped = rest.popFirst().flatMap({ escapes[$0] }) else {
                    throw Mistake(line: line, what: "bad escape")
                }
                value.append(escaped)
            }
            try require(labels.updateValue(value, forKey: name) == nil, "label twice")
        } while rest.first == ","
        try require(rest.popFirst() == "}", "labels left open")
        return labels
    }

    private func take(_ rest: inout Substring, while isPart: (Character) -> Bool) -> String {
        let part = rest.prefix(while: isPart)
        rest = rest.dropFirst(part.count)
        return String(part)
    }

    private func require(_ condition: Bool, _ what: String) throws {
        if !condition { throw Mistake(line: line, what: what) }
    }

    private static func family(of sample: String, in families: some Sequence<(name: String, kind: String)>) -> String? {
        families.first { family in
            sample == family.name && family.kind != "histogram"
                || family.kind == "histogram" && ["_bucket", "_sum", "_count"].contains { sample == family.name + $0 }
        }?.name
    }
}

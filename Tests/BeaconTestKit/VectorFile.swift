import Glibc

/// A text file of test vectors, `Tests/Vectors/<name>.txt`: `#` begins a comment line, fields are separated by `|`.
public enum VectorFile {
    /// One line of fields, and where it stands, for the message of a failing test.
    public struct Line: Sendable, CustomStringConvertible {
        public var number: Int
        public var fields: [String]

        public var description: String { "line \(number): \(fields.first ?? "")" }

        public subscript(index: Int) -> String { fields[index] }
    }

    /// All lines of a file. Stops the test if it is not there or has a line with another number of fields.
    public static func lines(_ name: String, fields count: Int) -> [Line] {
        let lines = text(name).split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap {
            index, line in
            let line = trimmed(line)
            return line.isEmpty || line.hasPrefix("#") ? nil : Line(number: index + 1, fields: split(line))
        }
        for line in lines { precondition(line.fields.count == count, "\(name).txt \(line): not \(count) fields") }
        precondition(!lines.isEmpty, "\(name).txt has no vectors")
        return lines
    }

    /// The text of `Tests/Vectors/<name>.txt`.
    public static func text(_ name: String) -> String {
        let path = folder + name + ".txt"
        guard let file = fopen(path, "r") else { preconditionFailure("no file \(path)") }
        defer { fclose(file) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { text += buffer[..<count] }
        return String(decoding: text, as: UTF8.self)
    }

    /// `Tests/Vectors/`, found from where this file was compiled.
    private static var folder: String {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return parts.dropLast(2).joined(separator: "/") + "/Vectors/"
    }

    private static func split(_ line: Substring) -> [String] {
        line.split(separator: "|", omittingEmptySubsequences: false).map { String(trimmed($0)) }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text
    }
}

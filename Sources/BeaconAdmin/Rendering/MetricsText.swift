/// The Prometheus text format 0.0.4: families with HELP and TYPE, each family's samples in one place.
struct MetricsText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    enum Kind: String { case counter, gauge, histogram }

    private(set) var bytes: [UInt8] = []
    private var name = ""

    init() { bytes.reserveCapacity(32 * 1024) }

    /// Begins a family; its samples follow. `help` is one line of ours.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        bytes += "# HELP ".utf8
        bytes += name.utf8
        bytes += " ".utf8
        bytes += help.utf8
        bytes += "\n# TYPE ".utf8
        bytes += name.utf8
        bytes += " ".utf8
        bytes += kind.rawValue.utf8
        bytes += "\n".utf8
    }

    mutating func sample(_ labels: KeyValuePairs<String, String> = [:], _ value: some BinaryInteger) {
        begin(suffix: "", labels)
        number(value)
    }

    mutating func sample(_ labels: KeyValuePairs<String, String> = [:], _ value: Double) {
        begin(suffix: "", labels)
        bytes += (value.isFinite ? "\(value)" : value.isNaN ? "NaN" : value > 0 ? "+Inf" : "-Inf").utf8
        bytes += "\n".utf8
    }

    /// A family of one sample.
    mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: some BinaryInteger) {
        family(name, kind, help)
        sample([:], value)
    }

    mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        family(name, kind, help)
        sample([:], value)
    }

    /// The cumulative buckets, sum and count of a histogram. `counts` are per bucket, one more than `bounds` for the rest;
    /// the count is theirs, so that it always equals the last bucket.
    mutating func histogram(bounds: [String], counts: [UInt64], sum: Double) {
        var total: UInt64 = 0
        for (index, count) in counts.enumerated() {
            total &+= count
            begin(suffix: "_bucket", ["le": index < bounds.count ? bounds[index] : "+Inf"])
            number(total)
        }
        begin(suffix: "_sum", [:])
        bytes += "\(sum)\n".utf8
        begin(suffix: "_count", [:])
        number(total)
    }

    private mutating func begin(suffix: String, _ labels: KeyValuePairs<String, String>) {
        bytes += name.utf8
        bytes += suffix.utf8
        for (index, label) in labels.enumerated() {
            bytes += (index == 0 ? "{" : ",").utf8
            bytes += label.key.utf8
            bytes += "=\"".utf8
            escape(label.value)
            bytes += "\"".utf8
        }
        bytes += (labels.isEmpty ? " " : "} ").utf8
    }

    private mutating func number(_ value: some BinaryInteger) {
        bytes += String(value).utf8
        bytes += "\n".utf8
    }

    private mutating func escape(_ value: String) {
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): bytes += "\\\\".utf8
            case UInt8(ascii: "\""): bytes += "\\\"".utf8
            case UInt8(ascii: "\n"): bytes += "\\n".utf8
            default: bytes.append(byte)
            }
        }
    }
}

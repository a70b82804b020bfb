import BeaconJSON

/// Readings out of the pieces of `GET /drain?watch=`.
public struct DrainReader: Sendable {
    private var status = 0
    private var lines = LineSplitter()
    /// What comes is no drain: nothing more can be read.
    public private(set) var failure: AdminError?

    public init() {}

    public mutating func read(_ part: AdminPart) -> [DrainReading] {
        switch part {
        case .head(let code):
            status = code
            if code != 200 { failure = .refused(status: code, reason: "the drain cannot be watched") }
            return []
        case .body(let bytes): return readings(lines.add(bytes))
        }
    }

    private mutating func readings(_ lines: [[UInt8]]) -> [DrainReading] {
        guard failure == nil else { return [] }
        let readings = lines.compactMap { (try? JSONReader.read($0)).flatMap(DrainReading.init) }
        if readings.count < lines.count || self.lines.isOverlong {
            failure = .notABeacon(reason: "a line of the drain makes no sense")
        }
        return readings
    }
}

extension AdminAnswer {
    /// How the drain is.
    public func drain() throws(AdminError) -> DrainReading { try Self.drain(checkedJSON()) }

    /// The same in the answer to an order.
    public func orderedDrain() throws(AdminError) -> DrainReading { try Self.drain(checkedJSON()["drain"] ?? .null) }

    private static func drain(_ json: JSON) throws(AdminError) -> DrainReading {
        guard let reading = DrainReading(json) else { throw .notABeacon(reason: "it answers with no drain") }
        return reading
    }
}

import Glibc

/// A snapshot file's name, which says whose it is, of when and why, and sorts by time:
/// `beacon-3-20261201T054405.123Z-interval.sqlite`, with `.gz` behind it once it is compressed.
public struct SnapshotName: Equatable, Sendable {
    public var beaconID: UInt32
    /// Unix milliseconds.
    public var milliseconds: Int64
    public var reason: SnapshotReason

    public init(beaconID: UInt32, takenAt: Double, reason: SnapshotReason) {
        self.beaconID = beaconID
        milliseconds = Int64((takenAt * 1_000).rounded())
        self.reason = reason
    }

    static let suffix = ".sqlite"
    static let compressedSuffix = ".sqlite.gz"
    /// What is being written; never read.
    static let temporarySuffix = ".tmp"

    static func prefix(_ beaconID: UInt32) -> String { "beacon-\(beaconID)-" }

    /// Without a suffix.
    public var stem: String {
        var seconds = time_t(milliseconds / 1_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let date = "\(parts.tm_year + 1900)\(Self.two(parts.tm_mon + 1))\(Self.two(parts.tm_mday))"
        let time = "\(Self.two(parts.tm_hour))\(Self.two(parts.tm_min))\(Self.two(parts.tm_sec))"
        let fraction = "\(1_000 + milliseconds % 1_000)".dropFirst()
        return "\(Self.prefix(beaconID))\(date)T\(time).\(fraction)Z-\(reason.rawValue)"
    }

    private static func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// nil if no snapshot of ours is called that.
    public init?(_ file: String) {
        let isCompressed = file.hasSuffix(Self.compressedSuffix)
        guard isCompressed || file.hasSuffix(Self.suffix) else { return nil }
        let stem = file.dropLast(isCompressed ? Self.compressedSuffix.utf8.count : Self.suffix.utf8.count)
        let parts = stem.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "beacon", let beaconID = UInt32(parts[1]),
            let milliseconds = Self.milliseconds(Array(parts[2].utf8)),
            let reason = SnapshotReason(rawValue: String(parts[3]))
        else { return nil }
        self.beaconID = beaconID
        self.milliseconds = milliseconds
        self.reason = reason
        guard self.stem == stem else { return nil }
    }

    /// `20261201T054405.123Z`.
    private static func milliseconds(_ text: [UInt8]) -> Int64? {
        guard text.count == 20 else { return nil }
        func number(_ range: Range<Int>) -> Int32? { Int32(String(decoding: text[range], as: UTF8.self)) }
        guard let year = number(0..<4), let month = number(4..<6), let day = number(6..<8), let hour = number(9..<11),
            let minute = number(11..<13), let second = number(13..<15), let fraction = number(16..<19),
            year >= 1970, fraction >= 0
        else { return nil }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year - 1900, month - 1, day)
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (hour, minute, second)
        return Int64(timegm(&parts)) * 1_000 + Int64(fraction)
    }
}

/// A snapshot that is there.
public struct SnapshotFile: Equatable, Sendable {
    /// As in the directory.
    public var file: String
    public var name: SnapshotName
    public var bytes: Int64

    public init(file: String, name: SnapshotName, bytes: Int64) {
        self.file = file
        self.name = name
        self.bytes = bytes
    }

    public var isCompressed: Bool { file.hasSuffix(SnapshotName.compressedSuffix) }
}

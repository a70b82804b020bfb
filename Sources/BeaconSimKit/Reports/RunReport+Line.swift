import BeaconBasics

/// A report as one line, for the process that conducts a campaign.
extension RunReport {
    private static let fields = 18

    public var line: String {
        let violation = violation.map { "\($0.property.rawValue) \($0.at.nanoseconds) \($0.text)" } ?? ""
        let words = [
            scenario, "\(seed)", "\(members)", "\(checksum)", "\(events)", "\(datagrams)", "\(bytes)",
            "\(peakBytesPerSecond)", "\(virtualTime.nanoseconds)", "\(suspicions)", "\(falseSuspicions)", "\(deaths)",
            "\(falseDeaths)", "\(registrations)", faults.map(String.init).joined(separator: ","),
            milestones.map(String.init).joined(separator: ","), measures.map(\.text).joined(separator: ","),
            ([violation] + lastEvents).map(Self.plain).joined(separator: "\u{1F}"),
        ]
        return words.joined(separator: "\t")
    }

    private static func plain(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
    }

    public init?(line: some StringProtocol) {
        let words = line.split(separator: "\t", omittingEmptySubsequences: false)
        guard words.count == Self.fields, let seed = UInt64(words[1]), let members = Int(words[2]) else { return nil }
        self.init(scenario: String(words[0]), members: members, seed: seed)
        let numbers = words[3...13].compactMap { UInt64($0) }
        guard numbers.count == 11 else { return nil }
        (checksum, events, datagrams, bytes) = (numbers[0], numbers[1], numbers[2], numbers[3])
        (peakBytesPerSecond, virtualTime) = (numbers[4], Moment(nanoseconds: numbers[5]))
        (suspicions, falseSuspicions, deaths) = (numbers[6], numbers[7], numbers[8])
        (falseDeaths, registrations) = (Int(numbers[9]), numbers[10])
        faults = words[14].split(separator: ",").compactMap { UInt64($0) }
        milestones = words[15].split(separator: ",").compactMap { UInt64($0) }
        measures = words[16].split(separator: ",").compactMap { Distribution(text: $0) }
        guard faults.count == FaultClass.allCases.count, milestones.count == Milestone.allCases.count,
            measures.count == Measure.allCases.count
        else { return nil }
        let texts = words[17].split(separator: "\u{1F}", omittingEmptySubsequences: false).map { String($0) }
        lastEvents = Array(texts.dropFirst())
        guard let first = texts.first, !first.isEmpty else { return }
        let parts = first.split(separator: " ", maxSplits: 2)
        guard parts.count == 3, let property = Property(rawValue: String(parts[0])), let at = UInt64(parts[1]) else {
            return nil
        }
        violation = Violation(property: property, at: Moment(nanoseconds: at), text: String(parts[2]))
    }
}

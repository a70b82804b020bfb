import BeaconPrinting

/// What was counted between the end of the warm-up and the end of the sending.
public struct Measurement: Hashable, Sendable {
    public var seconds = 0.0
    /// Frames delivered, or requests answered.
    public var completed: UInt64 = 0
    /// Frames or requests sent.
    public var sent: UInt64 = 0
    /// CPU time of the server process, user and system; nil if no process was named.
    public var serverCPU: Double?
    /// How long threads of the server were ready to run and had no CPU, in seconds.
    public var serverWait: Double?
    /// CPU time of the load's thread, which never sleeps.
    public var loadCPU: Double?
    /// Requests that an open loop could not send, because the load fell behind.
    public var shed = 0.0

    public init() {}

    public var perSecond: Double { seconds > 0 ? Double(completed) / seconds : 0 }

    /// A time as a share of the measured one: 1 is one CPU, all the time.
    public func share(_ time: Double?) -> Double? { seconds > 0 ? time.map { $0 / seconds } : nil }

    /// The server's CPU time for one delivered frame, in nanoseconds.
    public var nanosecondsPerFrame: Double? { completed > 0 ? serverCPU.map { $0 * 1e9 / Double(completed) } : nil }

    func json(_ unit: CountedUnit) -> JSON {
        .object([
            ("seconds", .number(seconds)), ("sent", .int(sent)), (unit.plural, .int(completed)),
            ("\(unit.plural)_per_second", .number(perSecond)), ("not_sent_in_time", .number(shed)),
        ])
    }

    func cpuJSON(_ unit: CountedUnit) -> JSON {
        guard let serverCPU, let nanosecondsPerFrame else { return .null }
        return .object([
            ("seconds", .number(serverCPU)), ("utilisation", .number(share(serverCPU))),
            ("waited", .number(share(serverWait))), ("ns_per_\(unit.singular)", .number(nanosecondsPerFrame)),
        ])
    }
}

/// What a load counts.
public enum CountedUnit: Sendable {
    case frame, reply, punch

    public var singular: String {
        switch self {
        case .frame: "frame"
        case .reply: "reply"
        case .punch: "punch"
        }
    }

    public var plural: String {
        switch self {
        case .frame: "frames"
        case .reply: "replies"
        case .punch: "punches"
        }
    }
}

public import BeaconPrinting

/// What became of the frames of a relay load, from its first to its last.
public struct RelayTally: Hashable, Sendable {
    public var sent: UInt64 = 0
    /// Frames that came whole to the right socket, each counted once.
    public var delivered: UInt64 = 0
    /// Delivered, but after a later one of the same flow.
    public var reordered: UInt64 = 0
    public var duplicated: UInt64 = 0
    /// Late beyond what was remembered: reordered or duplicate.
    public var unclassified: UInt64 = 0
    /// Frames that are not what was sent: changed, cut, lengthened, or with a number never sent.
    public var corrupted: UInt64 = 0
    /// Whole, but at a socket where the destination does not live.
    public var misdelivered: UInt64 = 0
    /// Other messages of the beacon: replies to registrations, probes.
    public var unrelated: UInt64 = 0

    public init() {}

    public var lost: UInt64 { sent - min(sent, delivered) }

    /// Whether a frame came that no correct beacon delivers.
    public var isWrong: Bool { duplicated > 0 || corrupted > 0 || misdelivered > 0 }

    public var json: JSON {
        .object([
            ("sent", .int(sent)), ("delivered", .int(delivered)), ("lost", .int(lost)),
            ("reordered", .int(reordered)), ("duplicated", .int(duplicated)), ("corrupted", .int(corrupted)),
            ("misdelivered", .int(misdelivered)), ("unclassified", .int(unclassified)),
            ("unrelated", .int(unrelated)),
        ])
    }
}

/// What became of the requests of a load that asks and is answered.
public struct ExchangeTally: Hashable, Sendable {
    public var sent: UInt64 = 0
    /// Answered in full and in time, with the right content.
    public var answered: UInt64 = 0
    /// Given up on.
    public var lost: UInt64 = 0
    /// Answers with another address than the right one, or that are no answer at all.
    public var wrong: UInt64 = 0
    /// Answers that nobody waited for: late ones, and duplicates.
    public var unexpected: UInt64 = 0

    public init() {}

    public var json: JSON {
        .object([
            ("sent", .int(sent)), ("answered", .int(answered)), ("lost", .int(lost)), ("wrong", .int(wrong)),
            ("unexpected", .int(unexpected)),
        ])
    }
}

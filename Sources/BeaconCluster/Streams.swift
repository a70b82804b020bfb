import BeaconBasics
import BeaconCrypto

/// Streams that we have asked for and that have not ended.
struct Streams: Sendable {
    static let capacity = 256
    /// A record at most: what travels behind its length.
    static let maximumRecord = 1 << 20
    static let maximumText = maximumRecord - SealedHeader.overhead - 1

    /// Whose exchange it is; also the first byte of its text.
    enum Channel: UInt8 {
        case membership = 1
        case directory = 2

        /// Membership asks little and wants to know soon; a snapshot may take its time.
        var patience: Delay { self == .membership ? .seconds(5) : .seconds(30) }
    }

    struct Open {
        var id: StreamID
        var channel: Channel
        var ticket: UInt64
        var request: SealedHeader
        var deadline: Moment
    }

    private var open: [Open] = []
    private var lastID: UInt64 = 0

    var count: Int { open.count }
    var isFull: Bool { open.count >= Self.capacity }
    /// At most 256 of them.
    var deadline: Moment { open.reduce(Moment(nanoseconds: .max)) { min($0, $1.deadline) } }

    mutating func begin(_ channel: Channel, ticket: UInt64, request: SealedHeader, at now: Moment) -> StreamID {
        lastID += 1
        let id = StreamID(lastID)
        open.append(
            Open(id: id, channel: channel, ticket: ticket, request: request, deadline: now + channel.patience))
        return id
    }

    mutating func end(_ id: StreamID) -> Open? {
        open.firstIndex { $0.id == id }.map { open.remove(at: $0) }
    }

    /// One whose time is over.
    mutating func expired(at now: Moment) -> Open? {
        open.firstIndex { $0.deadline <= now }.map { open.remove(at: $0) }
    }
}

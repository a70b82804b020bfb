import BeaconBasics

/// What happened last, and a checksum over everything that happened: two runs of one seed have the same.
struct Trace: Sendable {
    private(set) var checksum: UInt64 = 0xCBF2_9CE4_8422_2325
    private(set) var events: UInt64 = 0
    private var ring: [TraceRecord]
    private var next = 0
    private var nodeEvents: [TraceRecord] = []
    private var nextNodeEvent = 0
    private var changes: [ChangeRecord] = []
    private var nextChange = 0

    static let length = 4_096
    static let changesKept = 1 << 17

    init() { ring = Array(repeating: TraceRecord(), count: Self.length) }

    /// FNV-1a by words.
    @inline(__always)
    mutating func mix(_ word: UInt64) {
        checksum = (checksum ^ word) &* 0x0000_0100_0000_01B3
        checksum ^= checksum >> 29
    }

    @inline(__always)
    mutating func record(_ record: TraceRecord) {
        events &+= 1
        mix(record.at.nanoseconds)
        mix(UInt64(record.what.rawValue) << 56 | UInt64(record.host) << 28 ^ UInt64(record.other))
        mix(record.detail)
        ring[next] = record
        next = (next + 1) % Self.length
    }

    /// What concerns one node is kept apart: it is far between.
    mutating func record(_ what: Happening, of node: Int, at host: Host, _ now: Moment, other: Int? = nil) {
        let record = TraceRecord(
            at: now, what: what, host: UInt32(host.index), other: UInt32(other ?? host.index), detail: UInt64(node))
        self.record(record)
        if nodeEvents.count < Self.length {
            nodeEvents.append(record)
        } else {
            nodeEvents[nextNodeEvent] = record
            nextNodeEvent = (nextNodeEvent + 1) % Self.length
        }
    }

    /// So is what members are held for.
    mutating func record(_ change: ChangeRecord) {
        if changes.count < Self.changesKept {
            changes.append(change)
        } else {
            changes[nextChange] = change
            nextChange = (nextChange + 1) % Self.changesKept
        }
    }

    /// What `observer` has said of `subject` lately.
    func last(_ count: Int, of observer: Int, about subject: Int) -> [ChangeRecord] {
        let inOrder = changes[nextChange...] + changes[..<nextChange]
        return inOrder.filter { $0.observer == observer && $0.subject == subject }.suffix(count)
    }

    func last(_ count: Int, ofNode node: Int) -> [TraceRecord] {
        let inOrder = nodeEvents[nextNodeEvent...] + nodeEvents[..<nextNodeEvent]
        return inOrder.filter { $0.detail == UInt64(node) }.suffix(count)
    }

    /// The last `count` records, the oldest first, of those in which `hosts` take part (all if it is empty).
    func last(_ count: Int, of hosts: [Int] = []) -> [TraceRecord] {
        var found: [TraceRecord] = []
        for back in 1...Self.length where found.count < count {
            let record = ring[(next - back + Self.length) % Self.length]
            guard record.what != .nothing else { break }
            if hosts.isEmpty || hosts.contains(Int(record.host)) || hosts.contains(Int(record.other)) {
                found.append(record)
            }
        }
        return found.reversed()
    }
}

/// One step of a member at an observer.
struct ChangeRecord: Sendable, CustomStringConvertible {
    var at: Moment
    var observer: Int
    var subject: Int
    var member: Member

    var description: String { "\(at.text)  host \(observer) of member \(subject): \(member.text)" }
}

struct TraceRecord: BitwiseCopyable, Sendable, CustomStringConvertible {
    var at = Moment(nanoseconds: 0)
    var what = Happening.nothing
    var host: UInt32 = 0
    var other: UInt32 = 0
    var detail: UInt64 = 0

    var description: String { "\(at.text)  \(what) host \(host) other \(other) detail \(String(detail, radix: 16))" }
}

enum Happening: UInt8, Sendable {
    case nothing
    case sent, arrived, lost, timer, lagged, overflowed
    case streamOpened, streamArrived, streamAnswered, streamFailed
    case memberChanged, fault, registered, unregistered, claimed, probed, withdrawn, punched, event, left, hostile,
        frame
}

public import BeaconBasics
public import BeaconDirectory

/// A directory as a test wants it: each of the other beacons has a log of its own, and what it writes
/// there has arrived when the call returns.
public final class TestDirectory {
    public let table: DirectoryTable
    private var mine: Directory
    private var others: [UInt32: Other] = [:]
    private let hash: KeyedHash

    private static let me = BeaconID(.max)

    private final class Other {
        var member: Member
        var log: Directory
        var moment = Moment(nanoseconds: 0)

        init(_ member: Member, _ log: consuming Directory) {
            self.member = member
            self.log = log
        }
    }

    public init(hash: KeyedHash, capacity: Int = 4_096) {
        self.hash = hash
        table = DirectoryTable(capacity: capacity, hash: hash)
        mine = Self.directory(Self.me, table)
    }

    private static func directory(_ beacon: BeaconID, _ table: DirectoryTable) -> Directory {
        Directory(
            me: beacon, session: SessionID(1), table: table, settings: DirectorySettings(), seed: 1,
            at: ClusterTime(Moment(nanoseconds: 0), unixMilliseconds: 0))
    }

    /// Another beacon of the fleet, alive, with its data plane at `data`.
    public func member(_ beacon: UInt32, at data: Address) {
        let member = Member(beacon: BeaconID(beacon), session: SessionID(1), control: data, data: data)
        let other = Other(member, Self.directory(member.beacon, DirectoryTable(capacity: 1_024, hash: hash)))
        let me = Member(beacon: Self.me, session: SessionID(1), control: .none, data: .none)
        other.log.memberChanged(me, at: ClusterTime(other.moment, unixMilliseconds: 0))
        others[beacon] = other
        tell(other)
    }

    public func set(_ beacon: UInt32, isRoutable: Bool = true, isDraining: Bool = false) {
        let other = others[beacon]!
        other.member.state = isRoutable ? .alive : .dead
        other.member.drain = isDraining ? DrainDeadline(unixSeconds: 0) : nil
        tell(other)
    }

    /// The node registers there, at `stamp` milliseconds of the beacon's clock.
    public func put(_ node: UInt32, at beacon: UInt32, stamp: UInt64 = 1) {
        let other = others[beacon]!
        other.log.put(NodeID(node), at: ClusterTime(other.moment, unixMilliseconds: stamp))
        ship(other, stamp)
    }

    public func remove(_ node: UInt32, at beacon: UInt32) {
        let other = others[beacon]!
        other.log.remove(NodeID(node), .removed, at: ClusterTime(other.moment, unixMilliseconds: 0))
        ship(other, 0)
    }

    private func tell(_ other: Other) {
        mine.memberChanged(other.member, at: ClusterTime(other.moment, unixMilliseconds: 0))
    }

    /// Lets the beacon's time pass until it has told of the change.
    private func ship(_ other: Other, _ unixMilliseconds: UInt64) {
        var isShipped = false
        for _ in 0..<1_000 where !isShipped {
            other.moment = max(other.moment, other.log.deadline)
            let now = ClusterTime(other.moment, unixMilliseconds: unixMilliseconds)
            other.log.advance(to: now)
            while let output = other.log.poll() {
                guard case .broadcast(let message, _) = output else { continue }
                if case .batch = message { isShipped = true }
                mine.receive(message, from: other.member.beacon, session: other.member.session, at: now)
            }
        }
        precondition(isShipped, "nothing has changed")
        while mine.poll() != nil {}
    }
}

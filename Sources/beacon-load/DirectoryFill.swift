import BeaconBasics
import BeaconDirectory
import BeaconWire

/// One beacon's directory, filled as in the field: by the batches of other beacons' logs, each a message's bytes.
struct DirectoryFill: ~Copyable {
    private static let perBatch = 96
    private static let start = ClusterTime(Moment(nanoseconds: 1_000_000_000), unixMilliseconds: 1_700_000_000_000)
    private static let session = SessionID(1_700_000_000_000)

    private var directory: Directory
    private let owners: Int

    /// `owners`: beacons beside this one, among which the entries are.
    init(capacity: Int, owners: Int) {
        var dice = SystemRandomNumberGenerator()
        let table = DirectoryTable(capacity: capacity, hash: KeyedHash(using: &dice))
        directory = Directory(
            me: BeaconID(1), session: Self.session, table: table, settings: DirectorySettings(),
            seed: dice.next(), at: Self.start)
        self.owners = owners
        for owner in 0..<owners {
            let address = Address(ipv4: 0xC000_0200 + UInt32(owner), port: 9001)
            let member = Member(
                beacon: BeaconID(UInt32(owner + 2)), session: Self.session, control: address, data: address)
            directory.memberChanged(member, at: Self.start)
        }
        drain()
    }

    var count: Int { directory.table.count }

    /// Whether a look-up finds the `index`th of the nodes.
    func finds(_ index: Int) -> Bool { directory.table.find(Self.node(index)) != nil }

    /// Nodes 0 ..< `entries`, their ids all over the id space.
    mutating func fill(_ entries: Int) {
        var sequences = [UInt64](repeating: 0, count: owners)
        for (turn, first) in stride(from: 0, to: entries, by: Self.perBatch).enumerated() {
            let nodes = (first..<min(first + Self.perBatch, entries)).map { Self.node($0).rawValue }.sorted()
            let owner = turn % owners
            take(nodes, of: owner, after: sequences[owner], milliseconds: UInt64(turn / owners))
            sequences[owner] += UInt64(nodes.count)
        }
    }

    /// Multiplication by an odd number: each id once.
    private static func node(_ index: Int) -> NodeID {
        NodeID((UInt32(truncatingIfNeeded: index) &+ 1) &* 2_654_435_761)
    }

    /// A batch as its owner sends it (the layout stands at `LogBatch`).
    private mutating func take(_ nodes: [UInt32], of owner: Int, after: UInt64, milliseconds: UInt64) {
        let beacon = BeaconID(UInt32(owner + 2))
        var writer = ControlWriter()
        writer.put(beacon)
        writer.put(Self.session)
        writer.putVarint(after)
        writer.putVarint(UInt64(nodes.count))
        writer.putVarint(Self.start.unixMilliseconds)
        var previous: UInt32 = 0
        for node in nodes {
            writer.putVarint(UInt64(node - previous))
            writer.putVarint(milliseconds << 2)
            writer.putVarint(0)
            previous = node
        }
        var reader = ControlReader(writer.bytes)
        guard let message = DirectoryMessage(type: 0x20, &reader) else {
            preconditionFailure("a batch of ours is none")
        }
        let now = ClusterTime(
            Self.start.moment + .milliseconds(milliseconds),
            unixMilliseconds: Self.start.unixMilliseconds + milliseconds)
        directory.receive(message, from: beacon, session: Self.session, at: now)
        drain()
    }

    private mutating func drain() { while directory.poll() != nil {} }
}

import BeaconBasics
import BeaconCluster
import BeaconCrypto
import BeaconDirectory
import BeaconTestKit
import CMallocCount
import Testing

/// The control plane allocates nothing for what a stranger can send without the fleet's key: exact, by counting this
/// thread's calls of malloc and its kin.
@Suite struct ClusterAllocationTests {
    struct Kind: Sendable, CustomStringConvertible {
        var description: String
        var drop: ControlDrop
        var datagram: [UInt8]
    }

    private static let ring = KeyRing([[UInt8](repeating: 1, count: 32)])!
    private static let otherRing = KeyRing([[UInt8](repeating: 2, count: 32)])!
    private static let peer = SealOrigin(sender: BeaconID(2), session: SessionID(1_700_000_000_000), salt: 7)
    private static let source = Address(host: "203.0.113.5", port: 9_011)!

    private static func sealed(
        _ ring: KeyRing = ring, by origin: SealOrigin = peer, label: String = "", counter: UInt64 = 1,
        for recipient: BeaconID = BeaconID(1)
    ) -> [UInt8] {
        Seal(ring: ring, origin: origin, label: label).seal(
            [], as: .datagram, counter: counter, for: recipient)
    }

    static let kinds = [
        Kind(description: "nothing", drop: .runt, datagram: []),
        Kind(description: "cut off", drop: .runt, datagram: Array(sealed().prefix(47))),
        Kind(description: "noise", drop: .unknownMagic, datagram: [UInt8](repeating: 0x5A, count: 600)),
        Kind(description: "another version", drop: .otherVersion, datagram: changed(at: 1)),
        Kind(description: "another fleet's key", drop: .unknownKey, datagram: sealed(otherRing)),
        Kind(description: "a replay", drop: .replay, datagram: sealed()),
        Kind(
            description: "an earlier life", drop: .oldSession,
            datagram: sealed(by: SealOrigin(sender: peer.sender, session: SessionID(1_600_000_000_000), salt: 9))),
        Kind(description: "too large", drop: .tooLarge, datagram: [UInt8](repeating: 0xB0, count: 1_400)),
        // From here on with the right key's id, which is no secret.
        Kind(description: "a flipped bit", drop: .badSeal, datagram: changed(at: 39, counter: 2)),
        Kind(description: "another tag", drop: .badSeal, datagram: changed(at: 47, counter: 2)),
        Kind(description: "another counter", drop: .badSeal, datagram: changed(at: 18, counter: 4)),
        Kind(description: "another sender", drop: .badSeal, datagram: changed(at: 7, counter: 4)),
        Kind(description: "another label", drop: .badSeal, datagram: sealed(label: "blue", counter: 3)),
        Kind(description: "for another beacon", drop: .badSeal, datagram: sealed(counter: 4, for: BeaconID(3))),
    ]

    private static func changed(at offset: Int, counter: UInt64 = 1) -> [UInt8] {
        var datagram = sealed(counter: counter)
        datagram[offset] ^= 0x40
        return datagram
    }

    @Test(arguments: kinds)
    func whatIsRefusedUnopenedAllocatesNothing(kind: Kind) {
        var beacon = Beacon()
        beacon.receive(Self.sealed(), times: 1)
        // Once to make what is made once: an unknown key is told of, a minute long.
        beacon.receive(kind.datagram, times: 10)
        #expect(beacon.receive(kind.datagram, times: 10_000) == 0)
        #expect(beacon.dropped(kind.drop) == 10_010)
    }

    /// A beacon of its own, without a fleet yet.
    private struct Beacon: ~Copyable {
        private var cluster: Cluster
        private let now = ClusterTime(ManualClock().now, unixMilliseconds: 1_700_000_000_000)

        init() {
            let me = Member(
                beacon: BeaconID(1), session: SessionID(1_700_000_000_000),
                control: Address(host: "192.0.2.1", port: 9_011)!, data: Address(host: "192.0.2.1", port: 9_001)!)
            let table = DirectoryTable(capacity: 64, hash: KeyedHash(k0: 1, k1: 2))
            cluster = Cluster(
                ClusterSettings(me: me), keys: ClusterAllocationTests.ring, table: table, seed: 1, at: now)
        }

        /// How many allocations `times` of this datagram make.
        @discardableResult
        mutating func receive(_ datagram: [UInt8], times: Int) -> UInt64 {
            let before = malloc_count_this_thread()
            for _ in 0..<times {
                cluster.receive(datagram.span.bytes, from: ClusterAllocationTests.source, at: now)
            }
            return UInt64(malloc_count_this_thread() - before)
        }

        func dropped(_ reason: ControlDrop) -> UInt64 { cluster.counters.dropped(reason) }
    }
}

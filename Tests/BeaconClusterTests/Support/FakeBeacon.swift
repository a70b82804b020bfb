import BeaconBasics
import BeaconCrypto
import BeaconDirectory
import BeaconMembership

@testable import BeaconCluster

let fleetSecret = [UInt8](repeating: 7, count: 32)
let newSecret = [UInt8](repeating: 8, count: 32)
let otherSecret = [UInt8](repeating: 9, count: 32)

/// One beacon: its cluster, and what it said that is not the network's business.
final class FakeBeacon {
    var cluster: Cluster
    let table: DirectoryTable
    let address: Address
    /// Ahead of true time, in milliseconds; may be negative.
    var clockError: Int64 = 0
    var isUp = true
    /// Nodes of the data plane that answer a probe. Others of ours are silent for 500 ms.
    var living: Set<NodeID> = []
    /// Where nodes are registered here: what a punch asks for.
    var registered: [NodeID: Address] = [:]
    var answersProbes = true
    /// Probes answered by "busy" before any is answered as the node would.
    var busyProbes = 0

    var events: [ClusterEvent] = []
    var decisions: [(node: NodeID, claimant: Address, outcome: ClaimOutcome, at: Moment)] = []
    var withdrawn: [(node: NodeID, by: BeaconID)] = []
    var moved: [(node: NodeID, to: Address, at: Moment)] = []
    var punches: [(node: NodeID, to: Address, peer: Address)] = []
    var targeted: [(node: NodeID, by: Punch)] = []
    var probes: [NodeID] = []
    var rings: [KeyRing] = []
    var hasLeft = false
    /// Every datagram it sent.
    var sent: [(bytes: [UInt8], to: Address)] = []

    init(_ cluster: consuming Cluster, _ table: DirectoryTable, at address: Address) {
        self.cluster = cluster
        self.table = table
        self.address = address
    }

    var id: BeaconID { cluster.me.beacon }
    var counters: ClusterCounters { cluster.counters }

    /// Live members as it sees them.
    var live: [UInt32] {
        cluster.members.filter { $0.member.state == .alive }.map(\.member.beacon.rawValue)
    }

    func route(_ node: UInt32) -> UInt32? { table.find(NodeID(node))?.beacon.rawValue }

    /// The control address of beacon `number`, on its `process`th host.
    static func address(_ number: UInt32, host: UInt32 = 0) -> Address {
        Address(ipv4: 0x0A00_0000 + host << 16 + number, port: 9_011)
    }

    static func member(_ number: UInt32, session: UInt64, at address: Address) -> Member {
        Member(
            beacon: BeaconID(number), session: SessionID(session), control: address, data: address.with(port: 9_001))
    }
}

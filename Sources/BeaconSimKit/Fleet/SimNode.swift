import BeaconBasics

/// A daemon: which beacon it talks to, and which have ever had it.
struct SimNode: Sendable {
    /// Host index; -1 = switched off.
    var home = -1
    /// A second daemon with the same id, at another beacon; -1 = there is none.
    var twin = -1
    var address: Address
    /// Raised at each move, so that older events of the node are void.
    var generation: UInt32 = 0
    /// The host whose beacon last took it in; -1 = none yet.
    var registered = -1
    /// Since when it has been registered there under its address.
    var settledAt = BeaconProcess.never
    /// Since when it has been registered anywhere under its address.
    var firstSettledAt = BeaconProcess.never
    /// When its address changed last: frames to an older one are lost.
    var movedAt = Moment(nanoseconds: 0)
    /// Every beacon (subject index) that has ever put it into its log.
    var issuers: [Int32] = []

    init(index: Int) { address = Self.address(index, generation: 0) }

    static func id(_ index: Int) -> NodeID { NodeID(1_000 + UInt32(index)) }
    static func index(_ id: NodeID) -> Int { Int(id.rawValue) - 1_000 }

    static func index(of address: Address) -> Int { Int(address.ipv4) - 0x6440_0000 }

    static func address(_ index: Int, generation: UInt32) -> Address {
        Address(ipv4: 0x6440_0000 + UInt32(index), port: UInt16(20_000 + generation % 40_000))
    }
}

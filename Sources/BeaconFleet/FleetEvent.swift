public import BeaconBasics
public import BeaconCluster

/// What an operator may want to hear of.
public enum FleetEvent: Sendable {
    case cluster(ClusterEvent)
    /// Our place is known: others are told these addresses.
    case joined(session: SessionID, control: Address, data: Address)
    case peer(HelloPeer)
    /// A peer answers hellos, but nothing is heard of its control plane. Told again every ten minutes while it is so.
    case controlBlocked(HelloPeer)
    /// A hello of our own id from a host that is not us.
    case duplicateID(Address)
    case keysLoaded([UInt16])
    case keysStored([UInt16])
    /// The new ring works, but the file still has the old one.
    case keysNotStored(String)
    /// The control socket or listener was lost and is being opened again.
    case socketLost(String)
    /// Changes of the node table came faster than they could be taken: it is being read again.
    case rescan
    case left
}

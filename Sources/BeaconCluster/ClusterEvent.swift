public import BeaconBasics
public import BeaconDirectory
public import BeaconMembership

public enum ClusterEvent: Sendable {
    case member(MemberChange)
    /// Membership has forgotten a dead or left member for good.
    case memberForgotten(BeaconID)
    case directory(DirectoryEvent)
    /// Two hosts use one beacon id; both say so. `winner` keeps it.
    case duplicateBeaconID(BeaconID, addresses: [Address], weKeepIt: Bool)
    /// The fleet remembered a later session of ours than our clock gave: we are known by this one now.
    case sessionRaised(SessionID)
    case keyRotation(KeyRotationEvent)
    /// A beacon of the fleet's network whose datagrams we cannot open: at most one event a minute and address.
    case unknownKey(Address, keyID: UInt16)
    /// A claim was not granted because the holder's beacon lives but did not answer for two seconds.
    case claimUnanswered(NodeID, holder: BeaconID)
    /// A member's wall clock differs from ours by more than five seconds (first sight, then when it has been right in
    /// between): registrations at it sort wrongly against ours.
    case clockSkew(BeaconID, milliseconds: Int64)
}

public enum KeyRotationEvent: Sendable {
    case began(keyID: UInt16)
    case acknowledged(by: BeaconID, remaining: Int)
    /// Every live member seals with it.
    case completed(keyID: UInt16)
    /// Nobody seals with it; it may open here and there. `missing` is empty when another rotation, begun later, or a
    /// new key file has taken its place.
    case abandoned(keyID: UInt16, missing: [BeaconID])
    /// Another beacon's rotation: we seal with this key now.
    case adopted(keyID: UInt16, from: BeaconID)
    /// A member that speaks an older key was offered the present one.
    case offeredToStraggler(BeaconID, keyID: UInt16)
}

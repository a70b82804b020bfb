import BeaconBasics
import BeaconCrypto
import BeaconDirectory
import BeaconMembership
import BeaconWire

/// Carries what one part says to the others, until nobody has anything to say.
extension Cluster {
    /// Events waiting to be told; more are dropped. Everything else is bounded where it comes from.
    static let maximumEvents = 16_384

    mutating func pump(_ now: ClusterTime) {
        self.now = now
        while true {
            if let output = membership.poll() {
                take(output, at: now)
            } else if let output = directory.poll() {
                take(output, at: now)
            } else {
                return
            }
        }
    }

    mutating func event(_ event: ClusterEvent) {
        outputs.append(.event(event), unlessOver: Self.maximumEvents)
    }

    private mutating func take(_ output: MembershipOutput, at now: ClusterTime) {
        switch output {
        case .send(let message, let address, let beacon): send(message, to: address, beacon)
        case .exchange(let ticket, let address, let request):
            openStream(.membership, ticket, request, to: address, beacon: nil, at: now)
        case .changed(let change): memberChanged(change, at: now)
        case .forgotten(let beacon):
            forgetPeer(beacon)
            event(.memberForgotten(beacon))
        case .sessionRaised(let session):
            seal.use(session: session)
            directory.restart(session: session, at: now)
            event(.sessionRaised(session))
        case .duplicate(let other, let weKeepIt):
            event(.duplicateBeaconID(me.beacon, addresses: [me.control, other], weKeepIt: weKeepIt))
        case .left: outputs.append(.left)
        }
    }

    private mutating func memberChanged(_ change: MemberChange, at now: ClusterTime) {
        directory.memberChanged(change.member, at: now)
        event(.member(change))
        settleClaims(of: change.member)
    }

    private mutating func forgetPeer(_ beacon: BeaconID) {
        directory.memberForgotten(beacon)
        peers.forget(beacon)
        links.forget(beacon)
    }

    private mutating func take(_ output: DirectoryOutput, at now: ClusterTime) {
        switch output {
        case .send(let message, let beacon): send(to: beacon) { message.write(&$0) }
        case .broadcast(let message, let beacons):
            for beacon in beacons { send(to: beacon) { message.write(&$0) } }
        case .exchange(let ticket, let beacon, let request):
            guard let member = membership.member(beacon) else {
                return directory.exchangeEnded(ticket, reply: nil, at: now)
            }
            openStream(.directory, ticket, request, to: member.control, beacon: beacon, at: now)
        case .superseded(let node, let beacon, _): outputs.append(.withdraw(node, movedTo: beacon))
        case .event(let report): event(.directory(report))
        }
    }

    // MARK: Log heads and clocks

    /// Heads whose session we do not know say nothing here: their owner's row comes first.
    mutating func learn(
        _ own: ClusterMessage.HeadNotice, _ others: [ClusterMessage.HeadNotice], _ origin: SealOrigin,
        at now: ClusterTime
    ) {
        var heads = [
            LogHead(owner: origin.sender, session: origin.session, sequence: own.sequence, root: own.root)
        ]
        for notice in others where notice.owner != me.beacon {
            guard let session = membership.member(notice.owner)?.session,
                UInt16(truncatingIfNeeded: session.rawValue) == notice.sessionLow
            else { continue }
            heads.append(
                LogHead(owner: notice.owner, session: session, sequence: notice.sequence, root: notice.root))
        }
        directory.learn(heads, from: origin.sender, at: now)
    }

    /// Registrations are stamped by wall clocks: one that is far off is worth telling of.
    mutating func compareClock(_ milliseconds: UInt64, of beacon: BeaconID, at now: ClusterTime) {
        let skew = Int64(milliseconds) - Int64(now.unixMilliseconds & 0xFFFF_FFFF_FFFF)
        let was = links[beacon]?.skew ?? 0
        links.update(beacon) { $0.skew = skew }
        if abs(skew) > Self.tolerableSkew, abs(was) <= Self.tolerableSkew {
            event(.clockSkew(beacon, milliseconds: skew))
        }
    }

    /// What the directory clamps stamps to.
    static var tolerableSkew: Int64 { 5_000 }
}

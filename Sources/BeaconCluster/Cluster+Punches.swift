public import BeaconBasics
import BeaconCrypto
import BeaconDirectory
public import BeaconWire

/// A hole punch between nodes of two beacons: each side is commanded by its own beacon, for a daemon takes commands
/// from no other.
///
/// Whether a grant is needed, and whether this one will do, the target's beacon decides: it alone knows the target's
/// key, and the leave is the target's to give. The requester's beacon has seen to its own rules before it asks.
public struct Punch: Equatable, Sendable {
    static let retry = Delay.milliseconds(400)
    static let patience = Delay.seconds(2)

    public var requester: NodeID
    public var address: Address
    /// As the requester sent it, unchecked; nil if it sent none.
    public var grant: PunchGrant?

    public init(_ requester: NodeID, at address: Address, grant: PunchGrant? = nil) {
        self.requester = requester
        self.address = address
        self.grant = grant
    }
}

extension Cluster {
    /// 03 for a node of another beacon; `requester` is registered here or serves itself.
    public mutating func punch(
        _ requester: NodeID, at address: Address, target: NodeID, grant: PunchGrant? = nil, at now: ClusterTime
    ) {
        tally.punches += 1
        if let route = table.find(target), route.beacon != me.beacon {
            beginPunch(Punch(requester, at: address, grant: grant), target, at: route.beacon, now)
        } else {
            tally.punchesWithoutTarget += 1
        }
        pump(now)
    }

    private mutating func beginPunch(_ punch: Punch, _ target: NodeID, at holder: BeaconID, _ now: ClusterTime) {
        guard punchBucket.take(settings.punchRate, at: now.moment) else {
            tally.punchesRefused += 1
            return
        }
        guard let ticket = punches.begin(punch, node: target, holder: holder, at: now.moment) else { return }
        goOnWithPunch(ticket, at: now)
    }

    mutating func goOnWithPunch(_ ticket: UInt32, at now: ClusterTime) {
        guard let open = punches[ticket] else { return }
        guard now.moment < open.begun + Punch.patience else {
            punches.end(ticket)
            return
        }
        // Asked twice at most: the daemon asks again by itself.
        guard open.attempts < 2 else {
            return punches.update(ticket) { $0.due = open.begun + Punch.patience }
        }
        send(.punchRequest(ticket: ticket, target: open.node, by: open.request), to: open.holder)
        punches.update(ticket) {
            $0.attempts += 1
            $0.due = $0.attempts < 2 ? now.moment + Punch.retry : open.begun + Punch.patience
        }
    }

    mutating func punchAnswered(_ ticket: UInt32, _ target: NodeID, _ address: Address?, by beacon: BeaconID) {
        guard let open = punches[ticket], open.holder == beacon, open.node == target else { return }
        punches.end(ticket)
        guard let address, address.isReplyable else { return }
        tally.punchesDone += 1
        outputs.append(.punch(open.request.requester, to: open.request.address, peer: address))
    }

    // MARK: The target's side

    mutating func servePunch(
        _ ticket: UInt32, _ target: NodeID, _ punch: Punch, from origin: SealOrigin, at now: ClusterTime
    ) {
        let question = Served<Address?>.Question(beacon: origin.sender, session: origin.session, ticket: ticket)
        if let known = punchTargets[question] {
            if let address = known.answer { reply(known, address) }
            return
        }
        guard punch.address.isReplyable, punchBuckets.take(origin.sender, settings.punchRate, at: now.moment) else {
            tally.punchesRefused += 1
            return
        }
        guard let id = punchTargets.begin(question, node: target, at: now.moment) else { return }
        tally.punchesServed += 1
        outputs.append(.punchTarget(PunchID(id), target, by: punch))
    }

    /// What became of a `.punchTarget`: where the target is registered, nil if it is not ours or has not granted it.
    public mutating func punched(_ id: PunchID, target: Address?, at now: ClusterTime) {
        if let known = punchTargets.answer(id.rawValue, target) { reply(known, target) }
        pump(now)
    }

    private mutating func reply(_ known: Served<Address?>.Entry, _ address: Address?) {
        send(
            .punchReply(ticket: known.question.ticket, target: known.node, address: address), to: known.question.beacon)
    }
}

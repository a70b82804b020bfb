public import BeaconBasics
public import BeaconCrypto
import BeaconMembership

/// The key ring and its rotation.
///
/// A ring has a version: which rotation made it. Of two rotations at once the later one (by stamp, then initiator) wins
/// everywhere, in whatever order their messages come; the other's key stays in the ring and opens.
extension Cluster {
    /// The ring of a key file that was read again. A rotation whose key is not in it any more is given up.
    public mutating func setKeys(_ keys: KeyRing, at now: ClusterTime) {
        guard keys != seal.ring else { return }
        use(keys, at: now)
        if let rotation, !keys.contains(rotation.secret) { abandon(rotation, missing: []) }
        pump(now)
    }

    /// Makes `secret` the fleet's key: every live member gets it, sealed, then all seal with it. One at a time. False
    /// while one is going on here, if it is not a key, or is the fleet's key already.
    public mutating func rotate(to secret: [UInt8], at now: ClusterTime) -> Bool {
        guard rotation == nil, seal.ring.secrets[0] != secret, let ring = seal.ring.opening(secret),
            let keyID = KeyRing.keyID(of: secret)
        else { return false }
        let stamp = max(now.unixMilliseconds & 0xFFFF_FFFF_FFFF, ringVersion.stamp + 1)
        let version = RingVersion(stamp: stamp, initiator: me.beacon)
        rotation = Rotation(version: version, secret: secret, keyID: keyID, at: now.moment)
        event(.keyRotation(.began(keyID: keyID)))
        if ring != seal.ring { use(ring, at: now) }
        goOnRotating(at: now)
        pump(now)
        return true
    }

    private mutating func use(_ ring: KeyRing, at now: ClusterTime) {
        let sealsAnew = ring.secrets[0] != seal.ring.secrets[0]
        seal.use(ring)
        if sealsAnew {
            links.ringChanged()
            ringChangedAt = now.moment
        }
        outputs.append(.keysChanged(ring))
    }

    // MARK: The initiator

    mutating func goOnRotating(at now: ClusterTime) {
        guard var current = rotation else { return }
        let live = membership.members.filter { $0.member.state.isRoutable }.map(\.member)
        let missing = current.missing(of: live.map(\.beacon))
        if missing.isEmpty || current.isOverdue(at: now.moment) { return endPhase(missing, at: now) }
        let chosen = current.tell(missing, at: now.moment)
        rotation = current
        for member in live where chosen.contains(member.beacon) {
            send(
                .ringOffer(current.version, current.phase, to: member.session, secret: current.secret),
                to: member.beacon)
        }
    }

    private mutating func endPhase(_ missing: [BeaconID], at now: ClusterTime) {
        guard var current = rotation else { return }
        switch current.phase {
        case .open where !missing.isEmpty: abandon(current, missing: missing)
        case .open:
            current.beginSealing(at: now.moment)
            rotation = current
            adopt(current.secret, current.version, at: now)
            goOnRotating(at: now)
        // Whoever has still not answered is told when it speaks with the old key.
        case .seal:
            rotation = nil
            event(.keyRotation(.completed(keyID: current.keyID)))
        }
    }

    private mutating func abandon(_ current: Rotation, missing: [BeaconID]) {
        rotation = nil
        event(.keyRotation(.abandoned(keyID: current.keyID, missing: missing)))
    }

    private mutating func adopt(_ secret: [UInt8], _ version: RingVersion, at now: ClusterTime) {
        ringVersion = version
        guard let ring = seal.ring.sealing(secret), ring != seal.ring else { return }
        use(ring, at: now)
    }

    mutating func ringAcknowledged(
        _ version: RingVersion, _ phase: RingPhase, by beacon: BeaconID, at now: ClusterTime
    ) {
        if phase == .seal, version == ringVersion {
            links.update(beacon) { ($0.knowsRing, $0.speaks) = (true, nil) }
        }
        guard var current = rotation, current.version == version, current.phase == phase,
            current.acknowledge(beacon)
        else { return }
        rotation = current
        if phase == .open {
            let live = membership.members.filter { $0.member.state.isRoutable }.map(\.member.beacon)
            event(.keyRotation(.acknowledged(by: beacon, remaining: current.missing(of: live).count)))
        }
        rotation?.due = now.moment
    }

    // MARK: Everybody else

    mutating func takeRing(
        _ version: RingVersion, _ phase: RingPhase, _ secret: [UInt8], from beacon: BeaconID, at now: ClusterTime
    ) {
        if let rotation, rotation.version < version, rotation.phase == .open { abandon(rotation, missing: []) }
        let isKnown = seal.ring.contains(secret)
        if phase == .seal, version > ringVersion || version == ringVersion && !isKnown {
            let before = seal.ring
            adopt(secret, version, at: now)
            if before != seal.ring, let keyID = KeyRing.keyID(of: secret) {
                event(.keyRotation(.adopted(keyID: keyID, from: beacon)))
            }
        } else if !isKnown, let ring = seal.ring.opening(secret) {
            use(ring, at: now)
        }
        send(.ringAcknowledgement(version, phase), to: beacon)
    }

    // MARK: Stragglers

    /// How long after a change of the ring members may speak with the key before without being told of it once more.
    static var transition: Delay { .seconds(3) }

    /// An authenticated record has come. One that was away over a rotation speaks a key that still opens: it is answered
    /// in that key, and offered the ring as it is.
    mutating func heard(_ record: OpenedRecord, at now: ClusterTime) {
        let (beacon, keyID) = (record.header.origin.sender, record.header.keyID)
        if record.isNewOrigin { links.update(beacon) { ($0.knowsRing, $0.ringOfferedAt) = (false, nil) } }
        guard keyID != seal.ring.sealingKeyID else {
            if links.speaks(beacon) != nil { links.update(beacon) { $0.speaks = nil } }
            return
        }
        guard beacon != me.beacon, !(links[beacon]?.knowsRing ?? false), rotation?.phase != .open else { return }
        if let changed = ringChangedAt, now.moment < changed + Self.transition { return }
        links.update(beacon) { $0.speaks = keyID }
        offerRing(to: record.header.origin, keyID, at: now)
    }

    private mutating func offerRing(to origin: SealOrigin, _ keyID: UInt16, at now: ClusterTime) {
        let beacon = origin.sender
        if let offered = links[beacon]?.ringOfferedAt, now.moment < offered + .seconds(1) { return }
        guard membership.member(beacon) != nil else { return }
        links.update(beacon) { $0.ringOfferedAt = now.moment }
        send(.ringOffer(ringVersion, .seal, to: origin.session, secret: seal.ring.secrets[0]), to: beacon)
        event(.keyRotation(.offeredToStraggler(beacon, keyID: keyID)))
    }
}

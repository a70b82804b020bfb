import BeaconBasics
import BeaconClock
import BeaconCluster
import BeaconDirectory
import BeaconFleet
import BeaconMembership
import BeaconDataPlane
import Logging

/// Tells what happens in the fleet to the log and to the admin pages' events.
struct FleetTeller: Sendable {
    let events: EventLog
    let log: Logger

    func tell(_ event: FleetEvent) {
        let story = FleetStory(event)
        events.add(story.kind, story.fields, time: SystemClock.unixTime())
        var metadata: Logger.Metadata = [:]
        for field in story.fields { metadata[field.name] = "\(field.value)" }
        log.log(level: story.level, "\(story.sentence)", metadata: metadata)
    }
}

/// An event in words: a kind for programs, a sentence for people, and the data beside it.
struct FleetStory {
    var kind: EventKind
    var level: Logger.Level
    var sentence: String
    var fields: [BeaconEvent.Field]

    private init(_ kind: EventKind, _ level: Logger.Level, _ sentence: String, _ fields: KeyValuePairs<String, Any?>) {
        self.kind = kind
        self.level = level
        self.sentence = sentence
        self.fields = fields.compactMap { name, value in value.map { BeaconEvent.Field(name, "\($0)") } }
    }

    init(_ event: FleetEvent) {
        switch event {
        case .cluster(let event): self.init(event)
        case .joined(let session, let control, let data):
            self.init(
                .joined, .info, "taking part in the fleet", ["session": session, "control": control, "data": data])
        case .peer(let peer): self.init(peer)
        case .controlBlocked(let peer): self.init(blocked: peer)
        case .duplicateID(let address):
            self.init(.duplicateBeaconID, .error, "another host runs under our beacon id", ["address": address])
        case .keysLoaded(let ids):
            self.init(.keysLoaded, .info, "fleet keys read again", ["key_ids": Self.list(ids.map(Self.keyID))])
        case .keysStored(let ids):
            self.init(
                .keysStored, .info, "fleet keys written to their file", ["key_ids": Self.list(ids.map(Self.keyID))])
        case .keysNotStored(let reason):
            self.init(
                .keysNotStored, .error,
                "fleet keys have changed but not their file: after a restart this beacon has the old ones",
                ["reason": reason])
        case .socketLost(let socket):
            self.init(.socketLost, .error, "a control socket was lost, opening it again", ["socket": socket])
        case .rescan: self.init(.rescan, .warning, "changes of the node table were lost, reading all of it", [:])
        case .left: self.init(.left, .info, "left the fleet", [:])
        }
    }

    private init(_ peer: HelloPeer) {
        switch peer.kind {
        case .unknown: self.init(.peer, .debug, "a peer is being asked", ["address": peer.address])
        case .member(let beacon, let control):
            self.init(
                .peer, .info, "a peer is of our fleet",
                ["address": peer.address, "kind": "member", "beacon": beacon, "control": control])
        case .legacy:
            self.init(
                .peer, .info, "a peer answers no hello, it gets the legacy sync",
                ["address": peer.address, "kind": "reference"])
        case .ourselves:
            self.init(.peer, .debug, "a peer is this beacon itself", ["address": peer.address, "kind": "ourselves"])
        }
    }

    private init(blocked peer: HelloPeer) {
        var fields: KeyValuePairs<String, Any?> = ["address": peer.address]
        if case .member(let beacon, let control) = peer.kind {
            fields = [
                "address": peer.address, "beacon": beacon, "control": control,
                "fix": "open port \(control.port), UDP and TCP, between the two beacons",
            ]
        }
        self.init(
            .controlBlocked, .warning,
            "a peer of our fleet answers on its data port but not on its control port, it gets the legacy sync", fields)
    }

    private init(_ event: ClusterEvent) {
        switch event {
        case .member(let change): self.init(change)
        case .memberForgotten(let beacon):
            self.init(.memberForgotten, .info, "a member is forgotten", ["beacon": beacon])
        case .directory(let event): self.init(event)
        case .duplicateBeaconID(let beacon, let addresses, let weKeepIt):
            self.init(
                .duplicateBeaconID, .error, "two hosts run under one beacon id",
                ["beacon": beacon, "addresses": Self.list(addresses), "we_keep_it": weKeepIt])
        case .sessionRaised(let session):
            self.init(
                .sessionRaised, .warning, "the fleet remembers a later session of ours: is this clock behind?",
                ["session": session])
        case .keyRotation(let step): self.init(step)
        case .unknownKey(let address, let keyID):
            self.init(
                .unknownKey, .warning, "a beacon speaks a key that we do not have",
                ["address": address, "key_id": Self.keyID(keyID)])
        case .claimUnanswered(let node, let holder):
            self.init(
                .claimUnanswered, .info, "a claim was not granted because the holder's beacon did not answer",
                ["node": node, "holder": holder])
        case .clockSkew(let beacon, let milliseconds):
            self.init(
                .clockSkew, .warning, "a member's clock differs from ours",
                ["beacon": beacon, "milliseconds": milliseconds])
        }
    }

    private init(_ event: DirectoryEvent) {
        switch event {
        case .digestMismatch(let owner):
            self.init(
                .digestMismatch, .error, "a log of the directory differs from its owner's, repairing it",
                ["owner": owner])
        case .snapshotTaken(let owner, let entries, let took):
            self.init(
                .snapshotTaken, .info, "caught up with a log by snapshot",
                ["owner": owner, "entries": entries, "milliseconds": took.nanoseconds / 1_000_000])
        case .full:
            self.init(.directoryFull, .error, "the directory is full: raise max-directory", [:])
        }
    }

    private init(_ step: KeyRotationEvent) {
        switch step {
        case .began(let keyID):
            self.init(.keyRotation, .info, "key rotation begins", ["state": "began", "key_id": Self.keyID(keyID)])
        case .acknowledged(let beacon, let remaining):
            self.init(
                .keyRotation, .info, "a member has the new key",
                ["state": "acknowledged", "beacon": beacon, "remaining": remaining])
        case .completed(let keyID):
            self.init(
                .keyRotation, .info, "key rotation is complete",
                ["state": "completed", "key_id": Self.keyID(keyID)])
        case .abandoned(let keyID, let missing):
            self.init(
                .keyRotation, .warning, "key rotation was given up",
                ["state": "abandoned", "key_id": Self.keyID(keyID), "missing": Self.list(missing)])
        case .adopted(let keyID, let beacon):
            self.init(
                .keyRotation, .info, "another beacon's new key is ours now",
                ["state": "adopted", "key_id": Self.keyID(keyID), "from": beacon])
        case .offeredToStraggler(let beacon, let keyID):
            self.init(
                .keyRotation, .warning, "a member speaks an older key, it is offered the present one",
                ["state": "offered", "beacon": beacon, "key_id": Self.keyID(keyID)])
        }
    }

    /// A verdict with its evidence: who accused it, and which ways to it were tried in vain.
    private init(_ change: MemberChange) {
        let (member, evidence) = (change.member, change.evidence)
        let isGone = member.state == .suspect || member.state == .dead
        self.init(
            .member, isGone ? .warning : .info, Self.sentence(change),
            [
                "beacon": member.beacon, "state": member.state, "was": change.previous?.state,
                "draining": member.isDraining ? true : nil, "session": member.session,
                "incarnation": member.incarnation, "control": member.control, "data": member.data,
                "accusers": evidence.map { Self.list($0.accusers) },
                "direct_attempts": evidence?.directAttempts,
                "relays_asked": evidence.map { Self.list($0.relaysAsked) },
                "nacks": evidence.map { Self.list($0.nacks) },
                "stream_failed": evidence?.streamFailed, "last_chance_failed": evidence?.lastChanceFailed,
                "round_trip_ms": evidence?.roundTrip.map { $0.nanoseconds / 1_000_000 },
                "loss_per_mille": evidence?.lossPerMille,
            ])
    }

    private static func sentence(_ change: MemberChange) -> String {
        let member = change.member
        guard let previous = change.previous else { return "a member is \(member.state)" }
        if previous.session != member.session { return "a member has restarted" }
        if previous.state != member.state {
            return member.state == .alive && previous.state != .alive
                ? "a member is back" : "a member is \(member.state)"
        }
        if previous.isDraining != member.isDraining {
            return member.isDraining ? "a member drains" : "a member drains no longer"
        }
        return "a member has changed"
    }

    /// Four hexadecimal digits, as everywhere.
    private static func keyID(_ id: UInt16) -> String {
        let text = String(id, radix: 16)
        return String(repeating: "0", count: 4 - text.count) + text
    }

    private static func list(_ values: some Sequence<some Any>) -> String {
        values.map { "\($0)" }.joined(separator: " ")
    }
}

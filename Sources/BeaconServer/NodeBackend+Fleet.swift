import BeaconAdmin
import BeaconBasics
import BeaconClock
import BeaconCluster
import BeaconDataPlane
import BeaconDirectory
import BeaconFleet
import BeaconMembership
import BeaconRelay

// The fleet as the admin pages show it: from published copies, and from tables that are read without a lock.
extension NodeBackend {
    func fleet() -> FleetStatus? {
        guard let part = part else { return nil }
        // Before the report, so that a rotation that is over here has its key there.
        let rotation = part.keys.rotation(at: SystemClock.now())
        let report = part.service.report
        var status = FleetStatus(
            beacon: BeaconID(beaconID), session: report.session, incarnation: report.me?.incarnation ?? 0,
            control: report.me?.control, data: report.me?.data)
        status.isDraining = report.me?.isDraining ?? false
        status.label = part.label
        status.preset = part.preset
        status.health = report.localHealth
        status.keyIDs = report.keyIDs
        status.rotation = rotation
        status.blockedPeers = report.blocked.count
        status.members = FleetMemberCounts(members())
        status.directory = FleetDirectoryTotals(owners())
        status.counters = BeaconAdmin.FleetCounters(report, plane.fleetCounters)
        return status
    }

    /// What the named peers have turned out to be, and whether their control plane is not heard.
    var askedPeers: [Address: (kind: HelloPeer.Kind, isBlocked: Bool)] {
        guard let report = part?.service.report else { return [:] }
        let peers = report.peers.map { ($0.address, (kind: $0.kind, isBlocked: report.blocked.contains($0.address))) }
        return Dictionary(uniqueKeysWithValues: peers)
    }

    func members() -> [FleetMember] {
        guard let report = part?.service.report else { return [] }
        let now = SystemClock.now()
        return report.members.map { FleetMember($0, at: now) }
    }

    func owners() -> [FleetOwner] {
        guard let report = part?.service.report else { return [] }
        let now = SystemClock.now()
        return report.owners.map { owner in
            FleetOwner(
                owner: owner.owner, session: owner.session, head: owner.head, cursor: owner.cursor,
                entries: owner.entries, digest: owner.root,
                confirmedSeconds: now.since(owner.confirmedAt).inSeconds, isRoutable: owner.isRoutable)
        }
    }

    /// In the order in which the data plane asks: own nodes, directory, reference beacons.
    func home(of node: NodeID) -> NodeHome? {
        let holders = part?.table.holders(of: node) ?? []
        let routable = part?.table.find(node)
        let weDrain = part?.service.report.me?.isDraining ?? false
        let entries = holders.map {
            NodeHome.Entry(
                owner: $0.beacon, stamp: $0.stamp, isRoutable: $0.isRoutable,
                isDraining: $0.isOwn ? weDrain : $0.isDraining)
        }
        if plane.registry.node(node, at: SystemClock.now()) != nil {
            return NodeHome(.here, stamp: holders.first { $0.isOwn }?.stamp, entries: entries)
        }
        if let route = routable {
            return NodeHome(.member(route.beacon, data: route.address), stamp: route.stamp, entries: entries)
        }
        if let address = plane.routes.find(node) { return NodeHome(.legacy(address), entries: entries) }
        return entries.isEmpty ? nil : NodeHome(.nowhere, stamp: entries.first?.stamp, entries: entries)
    }

    func forget(_ beacon: BeaconID) -> ForgetResult {
        guard let part = part else { return .noFleet }
        let result: ForgetResult =
            switch part.service.forget(beacon) {
            case .forgotten: .forgotten
            case .unknown: .unknown
            case .lives: .stillAlive
            case nil: .failed("the fleet's loop did not answer in time")
            }
        return tellOrder("forget", of: "\(beacon)", result)
    }

    func rotateKeys() -> KeyRotationResult {
        guard let part = part else { return .noFleet }
        let result: KeyRotationResult =
            switch part.service.rotate() {
            case .began(let keyID): .started(keyID: keyID)
            case .busy: .busy
            case .noKeys: .failed("the fleet runs without a key: start it with --fleet-key-file")
            case nil: .failed("the fleet's loop did not answer in time")
            }
        return tellOrder("rotate_keys", result)
    }

    func reloadKeys() -> KeyReloadResult {
        guard let part else { return .noFleet }
        return tellOrder("reload_keys", part.reloadKeys())
    }
}

extension PeerStatus {
    mutating func take(_ asked: HelloPeer.Kind, isBlocked: Bool) {
        switch asked {
        case .unknown: kind = .unknown
        case .member(let beacon, _): (kind, beaconID) = (isBlocked ? .blocked : .member, beacon.rawValue)
        case .legacy, .ourselves: kind = .reference
        }
    }
}

extension FleetMember {
    init(_ status: MemberStatus, at now: Moment) {
        self.init(status.member, sinceSeconds: now.since(status.since).inSeconds)
        roundTripMilliseconds = status.roundTrip.map { $0.inSeconds * 1_000 }
        lossPerMille = status.lossPerMille
        health = status.health
        evidence = status.evidence.map { FleetEvidence($0, age: status.evidenceAt.map { now.since($0) }) }
    }
}

extension FleetEvidence {
    init(_ evidence: Evidence, age: Delay?) {
        self.init(ageSeconds: age?.inSeconds ?? 0)
        accusers = evidence.accusers
        directAttempts = evidence.directAttempts
        relaysAsked = evidence.relaysAsked
        nacks = evidence.nacks
        streamFailed = evidence.streamFailed
        lastChanceFailed = evidence.lastChanceFailed
        roundTripMilliseconds = evidence.roundTrip.map { $0.inSeconds * 1_000 }
        lossPerMille = evidence.lossPerMille
    }
}

extension BeaconAdmin.FleetCounters {
    init(_ report: FleetReport, _ link: FleetLinkCounters) {
        self.init()
        let counters = report.counters
        datagramsReceived = counters.datagramsReceived
        datagramsSent = counters.datagramsSent
        bytesReceived = counters.bytesReceived
        bytesSent = counters.bytesSent
        opened = counters.opened
        dropped = ControlDrop.allCases.map {
            NamedCount($0.name, counters.dropped[$0.rawValue] &+ counters.streamsDropped[$0.rawValue])
        }
        streamsOpened = counters.streamsOpened
        streamsServed = counters.streamsServed
        streamsFailed = counters.streamsFailed
        roundTrips = counters.membership.roundTrips
        directory = Self.directory(counters.directory)
        claims = [
            NamedCount("asked", counters.claims), NamedCount("granted", counters.claimsGranted),
            NamedCount("refused", counters.claimsRefused), NamedCount("undecided", counters.claimsUndecided),
            NamedCount("unanswered", counters.claimsUnanswered),
            NamedCount("full", counters.claimsFull &+ link.claimsRefused),
            NamedCount("probes_served", counters.probesServed), NamedCount("probes_full", counters.probesFull),
            NamedCount("proofs_lost", link.proofsLost),
        ]
        punches = [
            NamedCount("asked", counters.punches), NamedCount("done", counters.punchesDone),
            NamedCount("served", counters.punchesServed),
            NamedCount("without_target", counters.punchesWithoutTarget),
            NamedCount("refused", counters.punchesRefused &+ link.punchesRefused),
        ]
        shell = Self.shell(report.shell, counters, link)
    }

    private static func directory(_ counters: DirectoryCounters) -> [NamedCount] {
        [
            NamedCount("changes", counters.changes), NamedCount("batches_sent", counters.batchesSent),
            NamedCount("batches_applied", counters.batchesApplied),
            NamedCount("batches_ignored", counters.batchesIgnored),
            NamedCount("batches_skipped", counters.batchesSkipped), NamedCount("gaps", counters.gaps),
            NamedCount("repairs", counters.repairs), NamedCount("nacks_sent", counters.nacksSent),
            NamedCount("nacks_received", counters.nacksReceived),
            NamedCount("digest_mismatches", counters.digestMismatches),
            NamedCount("snapshots_served", counters.snapshotsServed),
            NamedCount("snapshots_taken", counters.snapshotsTaken), NamedCount("refused_full", counters.refusedFull),
            NamedCount("stamps_clamped", counters.stampsClamped), NamedCount("superseded", counters.superseded),
        ]
    }

    private static func shell(
        _ shell: FleetShellCounters, _ counters: ClusterCounters, _ link: FleetLinkCounters
    ) -> [NamedCount] {
        [
            NamedCount("send_errors", shell.sendErrors), NamedCount("streams_refused", shell.streamsRefused),
            NamedCount("streams_bad", shell.streamsBad), NamedCount("streams_not_begun", shell.streamsNotBegun),
            NamedCount("hellos_sent", shell.hellosSent), NamedCount("hellos_received", shell.hellosReceived),
            NamedCount("hellos_refused", link.hellosRefused), NamedCount("rescans", shell.rescans),
            NamedCount("messages_skipped", counters.messagesSkipped),
            NamedCount("outbound_refused", counters.outboundRefused),
            NamedCount("events_dropped", counters.eventsDropped &+ shell.eventsDropped),
            NamedCount("tables_referred", counters.membership.tablesReferred),
            NamedCount("tables_refused", counters.membership.tablesRefused),
        ]
    }
}

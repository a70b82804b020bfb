import BeaconBasics

extension Report {
    /// `/peers`: the beacons that legacy sync is spoken with, and a page of the fleet's members.
    static func peers(_ peers: [PeerStatus], _ members: Page<FleetMember>) -> Report {
        [
            "peers": .array(peers.map(peer)),
            "members": .array(members.items.map(member)),
            "next": Report(members.next),
        ]
    }

    /// `/peers/{id}`: whatever goes by that id.
    static func peer(_ id: BeaconID, _ member: FleetMember?, _ peers: [PeerStatus]) -> Report {
        [
            "beacon": Report(id.rawValue),
            "member": member.map(Report.member) ?? .null,
            "peers": .array(peers.map(peer)),
        ]
    }

    static func member(_ member: FleetMember) -> Report {
        [
            "beacon": Report(member.beacon.rawValue),
            "state": Report("\(member.state)"),
            "draining": Report(member.isDraining),
            "since_seconds": Report(seconds: member.sinceSeconds),
            "incarnation": Report(member.incarnation),
            "session": Report(member.session.rawValue),
            "rtt_ms": Report(seconds: member.roundTripMilliseconds),
            "loss_percent": .percent(perMille: member.lossPerMille),
            "health": Report(member.health),
            "version": Report(member.version),
            "protocol": Report(member.protocolVersion),
            "control": Report(member.control.description),
            "data": Report(member.data.description),
            "evidence": member.evidence.map(evidence) ?? .null,
        ]
    }

    /// One word in text: tables of members stay tables, whoever of them has been accused.
    private static func evidence(_ evidence: FleetEvidence) -> Report {
        let members: KeyValuePairs<String, Report> = [
            "age_seconds": Report(seconds: evidence.ageSeconds),
            "accusers": beacons(evidence.accusers),
            "direct_attempts": Report(evidence.directAttempts),
            "relays_asked": beacons(evidence.relaysAsked),
            "nacks": beacons(evidence.nacks),
            "stream_failed": Report(evidence.streamFailed),
            "last_chance_failed": Report(evidence.lastChanceFailed),
            "rtt_ms": Report(seconds: evidence.roundTripMilliseconds),
            "loss_percent": percent(perMille: evidence.lossPerMille),
        ]
        return Report(inline: members.map { ($0.key, $0.value) })
    }

    private static func percent(perMille: Int) -> Report { .double(Double(perMille) / 10) }
}

import BeaconBasics

extension Report {
    /// `/directory`: a page of the owners' logs.
    static func directory(_ owners: Page<FleetOwner>) -> Report {
        ["owners": .array(owners.items.map(owner)), "next": Report(owners.next)]
    }

    private static func owner(_ owner: FleetOwner) -> Report {
        [
            "owner": Report(owner.owner.rawValue),
            "session": Report(owner.session.rawValue),
            "head": Report(owner.head),
            "cursor": Report(owner.cursor),
            "lag": Report(owner.lag),
            "entries": Report(owner.entries),
            "digest": Report(hex(owner.digest, digits: 16)),
            "confirmed_seconds": Report(seconds: owner.confirmedSeconds),
            "routable": Report(owner.isRoutable),
        ]
    }

    /// `/nodes/{id}`: the registration here, nulls if there is none, and who has the node.
    static func node(_ id: NodeID, _ node: NodeStatus?, home: NodeHome, me: UInt32) -> Report {
        .object(nodeMembers(id, node) + [Member(name: "home", value: .home(home, me: me))])
    }

    private static func home(_ home: NodeHome, me: UInt32) -> Report {
        let (word, beacon, address): (String, UInt32?, Address?) =
            switch home.place {
            case .here: ("here", me, nil)
            case .member(let beacon, let data): ("member", beacon.rawValue, data)
            case .legacy(let address): ("legacy", nil, address)
            case .nowhere: ("nowhere", nil, nil)
            }
        return [
            "place": Report(word),
            "beacon": Report(beacon),
            "address": Report(address?.description),
            "registered_at": .time(home.stamp),
            "entries": .array(home.entries.map(entry)),
        ]
    }

    private static func entry(_ entry: NodeHome.Entry) -> Report {
        [
            "owner": Report(entry.owner.rawValue),
            "registered_at": .time(entry.stamp),
            "stamp": Report(hex(entry.stamp.rawValue, digits: 16)),
            "routable": Report(entry.isRoutable),
            "draining": Report(entry.isDraining),
        ]
    }

    /// Unix seconds. Two stamps of one millisecond differ in their count alone, which this leaves out.
    private static func time(_ stamp: Stamp?) -> Report {
        Report(seconds: stamp.map { Double($0.unixMilliseconds) / 1_000 })
    }

    /// `/path`
    static func path(_ path: PathExplanation) -> Report {
        [
            "from": Report(path.from?.rawValue),
            "to": Report(path.to.rawValue),
            "arrives": Report(path.arrives),
            "steps": .array(path.steps.map(step)),
        ]
    }

    private static func step(_ step: PathExplanation.Step) -> Report {
        [
            "at": Report(step.at?.rawValue),
            "decision": Report(step.decision.rawValue),
            "address": Report(step.address?.description),
            "expected": Report(step.isExpected),
            "reason": Report(step.reason),
        ]
    }
}

import BeaconBasics
public import BeaconCrypto

extension Configuration {
    /// Whether the fleet runs, and under what keys.
    public enum FleetMode: Sendable {
        /// Other beacons get the legacy sync.
        case off
        /// No key: anybody who reaches the ports can speak for the fleet.
        case open
        case keyed(KeyRing)

        /// What to seal with; nil if there is no fleet.
        public var keys: KeyRing? {
            switch self {
            case .off: nil
            case .open: .insecure
            case .keyed(let ring): ring
            }
        }
    }

    /// Decides `fleet`. A fleet is wanted by whoever gives a key, says `--fleet-insecure`, or names `--gossip-addr`; it
    /// runs without a key only where nobody but this machine can reach it, or where the operator says so.
    mutating func checkFleet() -> [ConfigurationError.Problem] {
        guard let gossip else {
            warnings += fleetOddities
            return []
        }
        if let path = fleetKeyFile { return checkKeys(path) }
        let isNamed = source(of: .gossipAddr) != .default
        let far = peers.first { !$0.isLoopback }
        if fleetInsecure {
            fleet = .open
            warnings.append("fleet-insecure: whoever reaches \(gossip) can speak for the fleet and take over its nodes")
            return needsID("fleet-insecure")
        }
        if let far { return [.init(place: "peers", sentence: Self.openFleetSentence("\(far)"))] }
        if isNamed, !gossip.isLoopback {
            return [.init(place: "gossip-addr", sentence: Self.openFleetSentence("\(gossip)"))]
        }
        if isNamed {
            fleet = .open
            return needsID("gossip-addr")
        }
        if registry != nil, beaconID != 0 {
            warnings.append(
                "registry without fleet-key-file: this beacon speaks only the legacy sync with those that are listed")
        }
        return []
    }

    private mutating func checkKeys(_ path: String) -> [ConfigurationError.Problem] {
        do {
            fleet = .keyed(try FleetKeyFile.read(path))
        } catch {
            return [.init(place: "fleet-key-file", sentence: error.reason)]
        }
        if fleetInsecure { warnings.append("fleet-insecure has no effect: there is a fleet-key-file") }
        return needsID("fleet-key-file")
    }

    private func needsID(_ place: String) -> [ConfigurationError.Problem] {
        guard beaconID == 0 else { return [] }
        return [
            .init(
                place: place,
                sentence: """
                    a fleet knows its members by their ids: give every beacon one of its own, \
                    from 1 to \(UInt32.max), by --beacon-id
                    """)
        ]
    }

    private static func openFleetSentence(_ address: String) -> String {
        """
        \(address) is not on this machine alone, and without a key anybody could speak for the fleet: \
        \(FleetKeyFile.howToMake), and give each beacon a copy by --fleet-key-file; \
        or --fleet-insecure in a network you trust; \
        or --gossip-addr none to speak only the legacy sync with reference beacons
        """
    }

    private var fleetOddities: [String] {
        let unused = [Setting.Key.fleetKeyFile, .fleetInsecure, .fleetLabel, .fleetPreset, .fleetAdvertise]
            .filter { source(of: $0) != .default }
        return unused.map { "\($0.rawValue) has no effect: gossip-addr is none" }
    }
}

extension HostPort {
    /// A literal loopback address or `localhost`; what another name means is not known before it is looked up.
    var isLoopback: Bool { address?.isLoopback ?? (host == "localhost" || host.hasSuffix(".localhost")) }
}

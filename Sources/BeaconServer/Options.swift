import ArgumentParser

/// The command line, as `normalized` hands it on. Values stay text here: `Setting` knows what they mean, and reads the
/// environment's and the file's in the same way.
struct Options: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "beacon",
        abstract:
            "A beacon for overlay-network daemons: address discovery, STUN, hole punching and relay on one UDP port.",
        discussion: """
            Every setting can be a flag (-addr works like --addr), an environment variable (--relay-rate is \
            BEACON_RELAY_RATE) or a key of the --config file ("relay-rate" or "relay_rate"). A flag wins over the \
            environment, the environment over the file.

            Exit status: 0 after SIGTERM or SIGINT, 64 for a wrong command line, 78 for a wrong configuration.
            """,
        version: "beacon \(BeaconProgram.version)")

    @OptionGroup(title: Setting.Group.network.rawValue) var network: NetworkOptions
    @OptionGroup(title: Setting.Group.fleet.rawValue) var fleet: FleetOptions
    @OptionGroup(title: Setting.Group.limits.rawValue) var limits: LimitOptions
    @OptionGroup(title: Setting.Group.administration.rawValue) var administration: AdministrationOptions
    @OptionGroup(title: Setting.Group.snapshots.rawValue) var snapshots: SnapshotOptions
    @OptionGroup(title: Setting.Group.offloads.rawValue) var offloads: OffloadOptions
    @OptionGroup(title: Setting.Group.logs.rawValue) var logs: LogOptions

    /// What was given.
    var flags: [Setting.Key: String] {
        let groups = [
            network.given, fleet.given, limits.given, administration.given, snapshots.given, offloads.given, logs.given,
        ]
        return groups.reduce(into: [:]) { flags, group in
            for case (let key, let text?) in group { flags[key] = text }
        }
    }

    typealias Given = KeyValuePairs<Setting.Key, String?>
}

struct NetworkOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: .of(.addr)) var addr: String?
    @Option(parsing: .unconditional, help: .of(.advertiseAddr)) var advertiseAddr: String?
    @Option(parsing: .unconditional, help: .of(.shards)) var shards: String?
    @Option(parsing: .unconditional, help: .of(.receiveBuffer)) var receiveBuffer: String?

    var given: Options.Given {
        [.addr: addr, .advertiseAddr: advertiseAddr, .shards: shards, .receiveBuffer: receiveBuffer]
    }
}

struct FleetOptions: ParsableArguments {
    @Option(name: .customLong("beacon-id"), parsing: .unconditional, help: .of(.beaconID)) var beaconID: String?
    @Option(parsing: .unconditional, help: .of(.peers)) var peers: String?
    @Option(parsing: .unconditional, help: .of(.strictGossip)) var strictGossip: String?
    @Option(parsing: .unconditional, help: .of(.registry)) var registry: String?
    @Option(parsing: .unconditional, help: .of(.registryAdminToken)) var registryAdminToken: String?
    @Option(name: .customLong("registry-tls"), parsing: .unconditional, help: .of(.registryTLS))
    var registryTLS: String?
    @Option(parsing: .unconditional, help: .of(.registryFingerprint)) var registryFingerprint: String?
    @Option(parsing: .unconditional, help: .of(.gossipAddr)) var gossipAddr: String?
    @Option(parsing: .unconditional, help: .of(.fleetKeyFile), completion: .file()) var fleetKeyFile: String?
    @Option(parsing: .unconditional, help: .of(.fleetInsecure)) var fleetInsecure: String?
    @Option(parsing: .unconditional, help: .of(.fleetLabel)) var fleetLabel: String?
    @Option(parsing: .unconditional, help: .of(.fleetPreset)) var fleetPreset: String?
    @Option(parsing: .unconditional, help: .of(.fleetAdvertise)) var fleetAdvertise: String?

    var given: Options.Given {
        [
            .beaconID: beaconID, .peers: peers, .strictGossip: strictGossip, .registry: registry,
            .registryAdminToken: registryAdminToken, .registryTLS: registryTLS,
            .registryFingerprint: registryFingerprint, .gossipAddr: gossipAddr, .fleetKeyFile: fleetKeyFile,
            .fleetInsecure: fleetInsecure, .fleetLabel: fleetLabel, .fleetPreset: fleetPreset,
            .fleetAdvertise: fleetAdvertise,
        ]
    }
}

struct LimitOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: .of(.registration)) var registration: String?
    @Option(parsing: .unconditional, help: .of(.maxNodes)) var maxNodes: String?
    @Option(parsing: .unconditional, help: .of(.maxDirectory)) var maxDirectory: String?
    @Option(parsing: .unconditional, help: .of(.relayRate)) var relayRate: String?
    @Option(parsing: .unconditional, help: .of(.unprovenRate)) var unprovenRate: String?
    @Option(parsing: .unconditional, help: .of(.punchRate)) var punchRate: String?
    @Option(parsing: .unconditional, help: .of(.punchPrefixRate)) var punchPrefixRate: String?
    @Option(parsing: .unconditional, help: .of(.punchWhitelist)) var punchWhitelist: String?
    @Option(parsing: .unconditional, help: .of(.requirePunchToken)) var requirePunchToken: String?

    var given: Options.Given {
        [
            .registration: registration, .maxNodes: maxNodes, .maxDirectory: maxDirectory, .relayRate: relayRate,
            .unprovenRate: unprovenRate, .punchRate: punchRate, .punchPrefixRate: punchPrefixRate,
            .punchWhitelist: punchWhitelist, .requirePunchToken: requirePunchToken,
        ]
    }
}

struct AdministrationOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: .of(.admin)) var admin: String?
    @Option(parsing: .unconditional, help: .of(.adminTokenFile), completion: .file()) var adminTokenFile: String?
    @Option(parsing: .unconditional, help: .of(.adminHosts)) var adminHosts: String?
    @Option(parsing: .unconditional, help: .of(.health)) var health: String?
    @Option(parsing: .unconditional, help: .of(.handoverSocket), completion: .file()) var handoverSocket: String?
    @Option(parsing: .unconditional, help: .of(.takeover), completion: .file()) var takeover: String?
    @Option(parsing: .unconditional, help: .of(.drainOnTerm)) var drainOnTerm: String?

    var given: Options.Given {
        [
            .admin: admin, .adminTokenFile: adminTokenFile, .adminHosts: adminHosts, .health: health,
            .handoverSocket: handoverSocket, .takeover: takeover,
            .drainOnTerm: drainOnTerm,
        ]
    }
}

struct SnapshotOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: .of(.snapshotDir), completion: .directory) var snapshotDir: String?
    @Option(parsing: .unconditional, help: .of(.snapshotInterval)) var snapshotInterval: String?
    @Option(parsing: .unconditional, help: .of(.snapshotKeep)) var snapshotKeep: String?
    @Option(parsing: .unconditional, help: .of(.snapshotMaxBytes)) var snapshotMaxBytes: String?
    @Option(parsing: .unconditional, help: .of(.restore), completion: .file()) var restore: String?

    var given: Options.Given {
        [
            .snapshotDir: snapshotDir, .snapshotInterval: snapshotInterval, .snapshotKeep: snapshotKeep,
            .snapshotMaxBytes: snapshotMaxBytes, .restore: restore,
        ]
    }
}

struct OffloadOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: .of(.gro)) var gro: String?
    @Option(parsing: .unconditional, help: .of(.gso)) var gso: String?
    @Option(parsing: .unconditional, help: .of(.batch)) var batch: String?
    @Option(parsing: .unconditional, help: .of(.regroup)) var regroup: String?
    @Option(parsing: .unconditional, help: .of(.receivePause)) var receivePause: String?

    var given: Options.Given {
        [.gro: gro, .gso: gso, .batch: batch, .regroup: regroup, .receivePause: receivePause]
    }
}

struct LogOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: .of(.config), completion: .file()) var config: String?
    @Option(parsing: .unconditional, help: .of(.logLevel)) var logLevel: String?
    @Option(parsing: .unconditional, help: .of(.logFormat)) var logFormat: String?

    var given: Options.Given { [.config: config, .logLevel: logLevel, .logFormat: logFormat] }
}

extension ArgumentHelp {
    /// A setting's help, with its default.
    fileprivate static func of(_ key: Setting.Key) -> ArgumentHelp {
        let setting = Setting.of(key)
        let alone = setting.isSwitch ? " Without a value: true." : ""
        let suffix = setting.defaultText.isEmpty ? "" : " (default: \(setting.defaultText))"
        return ArgumentHelp("\(setting.help)\(alone)\(suffix)", valueName: setting.placeholder)
    }
}

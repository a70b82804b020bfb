import BeaconBasics

/// What a beacon says to the registry (protocol.md §7.1, §7.2): a length in four big-endian bytes, then so many bytes of
/// JSON, one object with its keys in alphabetical order.
///
///     | length(4) | {"addr":"203.0.113.5:9001","beacon_id":7,"type":"beacon_register"} |
///     | length(4) | {"type":"beacon_list"}                                             |
enum RegistryMessage {
    static let headerLength = 4

    /// Announces this beacon. The token is in it as it is: without TLS it crosses the network in clear text.
    static func register(_ identity: RegistryIdentity, at address: String) -> [UInt8] {
        var members = ["\"addr\":\(text(address))"]
        if let token = identity.adminToken { members.append("\"admin_token\":\(text(token))") }
        members += ["\"beacon_id\":\(identity.beaconID)", "\"type\":\"beacon_register\""]
        return framed("{\(members.joined(separator: ","))}")
    }

    /// Asks for the beacons that are alive.
    static let list = framed("{\"type\":\"beacon_list\"}")

    private static func text(_ text: String) -> String { quoted(text, limit: .max) }

    private static func framed(_ json: String) -> [UInt8] {
        let length = UInt32(json.utf8.count)
        return (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) } + json.utf8
    }
}

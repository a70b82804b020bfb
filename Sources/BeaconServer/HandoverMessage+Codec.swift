import BeaconBasics
import BeaconRelay

/// Bytes ↔ messages. Decoding is total: whatever comes is a message or a fault, and nothing is set aside for more than the
/// packet holds.
extension HandoverMessage {
    private static let magic: [UInt8] = Array("BCNH".utf8)

    private enum Kind: UInt8 {
        case ask = 1
        case refused, sockets, locals, nodes, gone, tablesSent, ready, stopped, taking, yours, running
    }

    var encoded: [UInt8] {
        var out = HandoverWriter(bytes: Self.magic)
        out.integer(Self.version)
        out.integer(kind.rawValue)
        switch self {
        case .ask(let identity): identity.write(to: &out)
        case .refused(let reason): out.text(reason)
        case .sockets(let sockets): sockets.write(to: &out)
        case .locals(let addresses): for address in addresses { out.address(address) }
        case .nodes(let nodes): for node in nodes { node.write(to: &out) }
        case .gone(let nodes): for node in nodes { out.integer(node.rawValue) }
        case .stopped(let since): out.integer(since)
        case .tablesSent, .ready, .taking, .yours, .running: break
        }
        return out.bytes
    }

    private var kind: Kind {
        switch self {
        case .ask: .ask
        case .refused: .refused
        case .sockets: .sockets
        case .locals: .locals
        case .nodes: .nodes
        case .gone: .gone
        case .tablesSent: .tablesSent
        case .ready: .ready
        case .stopped: .stopped
        case .taking: .taking
        case .yours: .yours
        case .running: .running
        }
    }

    static func decode(_ packet: ArraySlice<UInt8>) throws(HandoverFault) -> HandoverMessage {
        guard packet.starts(with: magic) else { throw .notOurs }
        var input = HandoverReader(rest: packet.dropFirst(magic.count))
        let version: UInt16 = try input.integer()
        guard version == Self.version else { throw .version(version) }
        guard let kind = Kind(rawValue: try input.integer()) else { throw .malformed }
        let message = try decode(kind, &input)
        guard input.rest.isEmpty else { throw .malformed }
        return message
    }

    private static func decode(_ kind: Kind, _ input: inout HandoverReader) throws(HandoverFault) -> HandoverMessage {
        switch kind {
        case .ask: return .ask(try HandoverIdentity(&input))
        case .refused: return .refused(try input.text())
        case .sockets: return .sockets(try HandoverSockets(&input))
        case .stopped: return .stopped(since: try input.integer())
        case .tablesSent: return .tablesSent
        case .ready: return .ready
        case .taking: return .taking
        case .yours: return .yours
        case .running: return .running
        case .locals:
            var addresses: [Address] = []
            while !input.rest.isEmpty { addresses.append(try input.address()) }
            return .locals(addresses)
        case .nodes:
            var nodes: [HandedNode] = []
            while !input.rest.isEmpty { nodes.append(try HandedNode(&input)) }
            return .nodes(nodes)
        case .gone:
            var nodes: [NodeID] = []
            while !input.rest.isEmpty { nodes.append(NodeID(try input.integer())) }
            return .gone(nodes)
        }
    }
}

/// `beacon id(32) shards(16) in fleet(8) label, then the four addresses`
extension HandoverIdentity {
    fileprivate func write(to out: inout HandoverWriter) {
        out.integer(beaconID)
        out.integer(shards)
        out.integer(UInt8(isInFleet ? 1 : 0))
        out.text(label)
        for address in addresses { out.text(address) }
    }

    fileprivate init(_ input: inout HandoverReader) throws(HandoverFault) {
        beaconID = try input.integer()
        shards = try input.integer()
        isInFleet = try input.flag()
        label = try input.text()
        addresses = []
        for _ in Self.addressNames { addresses.append(try input.text()) }
    }
}

/// `address(176) shards(16) admin(8) health(8) newest event(64), then key and value of each setting`
extension HandoverSockets {
    fileprivate func write(to out: inout HandoverWriter) {
        out.address(listen)
        out.integer(shards)
        out.integer(UInt8(hasAdmin ? 1 : 0))
        out.integer(UInt8(hasHealth ? 1 : 0))
        out.integer(newestEvent)
        for setting in settings {
            out.text(setting.key)
            out.text(setting.value)
        }
    }

    fileprivate init(_ input: inout HandoverReader) throws(HandoverFault) {
        listen = try input.address()
        shards = try input.integer()
        hasAdmin = try input.flag()
        hasHealth = try input.flag()
        newestEvent = try input.integer()
        settings = []
        guard (1...64).contains(shards) else { throw .malformed }
        while !input.rest.isEmpty { settings.append(Setting(key: try input.text(), value: try input.text())) }
    }
}

/// `id(32) address(176) local(16) flags(32) last seen(32) last discover(32) has key(8), then 32 bytes of key if so`
extension HandedNode {
    fileprivate func write(to out: inout HandoverWriter) {
        out.integer(node.rawValue)
        out.address(endpoint.address)
        out.integer(endpoint.local)
        out.integer(flags)
        out.integer(lastSeen)
        out.integer(lastDiscover)
        out.integer(UInt8(key == nil ? 0 : 1))
        if let key { out.bytes += key }
    }

    fileprivate init(_ input: inout HandoverReader) throws(HandoverFault) {
        let node = NodeID(try input.integer())
        let address = try input.address()
        self.init(
            node: node, endpoint: Endpoint(address: address, local: try input.integer()), flags: try input.integer(),
            lastSeen: try input.integer(), lastDiscover: try input.integer())
        if try input.flag() { key = try input.take(32) }
    }
}

private struct HandoverWriter {
    var bytes: [UInt8]

    mutating func integer<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value.bigEndian) { bytes += $0 }
    }

    /// What does not fit is cut off: it is for people, or was never so long.
    mutating func text(_ text: String) {
        let utf8 = text.utf8.prefix(4_096)
        integer(UInt16(utf8.count))
        bytes += utf8
    }

    /// `high(64) low(64) scope(32) port(16)`
    mutating func address(_ address: Address) {
        integer(address.high)
        integer(address.low)
        integer(address.scope)
        integer(address.port)
    }
}

private struct HandoverReader {
    var rest: ArraySlice<UInt8>

    mutating func take(_ count: Int) throws(HandoverFault) -> [UInt8] {
        guard rest.count >= count else { throw .malformed }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func integer<Value: FixedWidthInteger & UnsignedInteger>() throws(HandoverFault) -> Value {
        let count = Value.bitWidth / 8
        guard rest.count >= count else { throw .malformed }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count).reduce(0) { $0 &<< 8 | Value(truncatingIfNeeded: $1) }
    }

    mutating func flag() throws(HandoverFault) -> Bool {
        switch try integer() as UInt8 {
        case 0: false
        case 1: true
        default: throw .malformed
        }
    }

    mutating func text() throws(HandoverFault) -> String {
        let count: UInt16 = try integer()
        guard let text = String(validating: try take(Int(count)), as: UTF8.self) else { throw .malformed }
        return text
    }

    mutating func address() throws(HandoverFault) -> Address {
        Address(high: try integer(), low: try integer(), scope: try integer(), port: try integer())
    }
}

public import BeaconBasics
public import BeaconCrypto

/// Who this beacon is to the registry.
public struct RegistryIdentity: Sendable {
    /// 1 … 2³² − 1.
    public var beaconID: UInt32
    public var adminToken: String?

    public init(beaconID: UInt32, adminToken: String? = nil) {
        self.beaconID = beaconID
        self.adminToken = adminToken
    }
}

/// How a round ended.
public enum RegistryResult: Equatable, Sendable {
    /// Announced, and the list was read.
    case ok
    /// The registry said no, to one message or both; its reason.
    case refused(String)
    /// No connection, or it ended early, or took too long.
    case unreachable(String)
    /// TLS: its certificate is not one to talk to. Nothing was said.
    case untrusted(String)
    /// Something answered that is not a registry.
    case invalid(String)
}

/// What a round brought.
public struct RegistryReport: Equatable, Sendable {
    public var result: RegistryResult
    /// As what this beacon was announced, or would have been; empty if there was no connection to know it from.
    public var announcedAs = ""
    /// The other beacons; nil if there was no good list, and what was known before stays (an empty one says that there
    /// are no others).
    public var beacons: [HostPort]?
    /// Entries of the list that could not be used: not an object, no address, or one more than `maximumBeacons`.
    public var skipped = 0
    /// Of the certificate that the registry showed; nil without TLS, or if it showed none.
    public var certificate: CertificateFingerprint?
}

/// One round with the registry (protocol.md §7.2): announce this beacon, then ask for the list of all. Bytes in, bytes
/// out; it knows no sockets and no time.
public struct RegistryRound {
    /// A longer reply is refused.
    public static let maximumReply = 1 << 20
    /// Beacons of a list that are taken, as many as syncs are spoken with.
    public static let maximumBeacons = 255

    public enum Step: Equatable, Sendable {
        case send([UInt8])
        /// The round is over: nothing more is sent or read.
        case finish(RegistryReport)
    }

    private enum State { case announcing, listing, over }

    private let identity: RegistryIdentity
    private let address: String
    private var state = State.announcing
    private var refusal: String?
    /// At most one reply and what came behind it.
    private var input: [UInt8] = []

    /// - Parameter address: what to announce: host:port.
    public init(_ identity: RegistryIdentity, announcing address: String) {
        self.identity = identity
        self.address = address
    }

    /// The first message.
    public func start() -> [UInt8] { RegistryMessage.register(identity, at: address) }

    /// Takes bytes from the registry, cut anyhow; what to do about them, in order.
    public mutating func receive(_ bytes: some Sequence<UInt8>) -> [Step] {
        guard state != .over else { return [] }
        input += bytes
        var steps: [Step] = []
        while state != .over, let step = next() { steps.append(step) }
        return steps
    }

    /// What the next reply leads to; nil if it is not whole yet.
    private mutating func next() -> Step? {
        guard input.count >= RegistryMessage.headerLength else { return nil }
        let length = input.prefix(RegistryMessage.headerLength).reduce(0) { $0 << 8 | Int($1) }
        guard length <= Self.maximumReply else { return finish(.invalid(Self.strange(length))) }
        let end = RegistryMessage.headerLength + length
        guard input.count >= end else { return nil }
        let reply = RegistryReply(Array(input[RegistryMessage.headerLength..<end]))
        input.removeFirst(end)
        return take(reply)
    }

    /// The connection ended, or the time is over, or it should not have been made.
    public mutating func fail(_ result: RegistryResult) -> RegistryReport? {
        guard state != .over else { return nil }
        return report(result)
    }

    /// A TLS record of an alert or a handshake begins with 15 03 or 16 03 (RFC 8446 §5.1).
    private static func strange(_ length: Int) -> String {
        let isTLS = [0x1503, 0x1603].contains(length >> 16)
        return isTLS ? "it answers in TLS: set --registry-tls" : "a reply of \(length) bytes: not a registry?"
    }

    private mutating func take(_ reply: RegistryReply) -> Step {
        switch reply {
        case .unreadable(let reason): return finish(.invalid(reason))
        case .refusal(let reason) where state == .listing: return finish(.refused(refusal ?? reason))
        case .answer(let beacons) where state == .listing: return finish(beacons)
        // The list is of use to a beacon that is not let in, too.
        case .refusal(let reason):
            refusal = reason
            return ask()
        case .answer: return ask()
        }
    }

    private mutating func ask() -> Step {
        state = .listing
        return .send(RegistryMessage.list)
    }

    private mutating func finish(_ listed: [RegistryListing]?) -> Step {
        guard let listed else { return finish(.invalid("the reply to beacon_list has no list")) }
        var report = report(refusal.map(RegistryResult.refused) ?? .ok)
        let others = listed.filter { $0.beaconID != identity.beaconID && $0.address?.description != address }
        let usable = others.compactMap(\.address)
        report.beacons = Array(usable.prefix(Self.maximumBeacons))
        report.skipped = others.count - min(usable.count, Self.maximumBeacons)
        return .finish(report)
    }

    private mutating func finish(_ result: RegistryResult) -> Step { .finish(report(result)) }

    private mutating func report(_ result: RegistryResult) -> RegistryReport {
        state = .over
        input = []
        return RegistryReport(result: result, announcedAs: address)
    }
}

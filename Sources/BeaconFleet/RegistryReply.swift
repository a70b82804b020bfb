import BeaconBasics
import BeaconJSON

/// What the registry answers, as far as a beacon looks at it (protocol.md §7.2). Total: any bytes are one of these.
enum RegistryReply: Equatable {
    /// `{"type":"error","error":"…"}`: the reason, cut to `maximumReason` characters.
    case refusal(String)
    /// Any other object. The beacons it lists; nil if it neither lists any nor is a list's reply.
    case answer([RegistryListing]?)
    /// Not an object: the reason, for an operator.
    case unreadable(String)

    static let maximumReason = 200

    init(_ bytes: [UInt8]) {
        do {
            guard case .object(let members) = try JSONReader.read(bytes) else {
                self = .unreadable("the reply is not a JSON object")
                return
            }
            self = members.string("type") == "error" ? Self.refusal(members) : Self.answer(members)
        } catch {
            self = .unreadable("the reply is not JSON: \(error.reason)")
        }
    }

    private static func refusal(_ members: [JSON.Member]) -> RegistryReply {
        .refusal(String((members.string("error") ?? "no reason given").prefix(maximumReason)))
    }

    /// A list without `beacons` is an empty one. What is no list at all must not pass for that: it would take away
    /// every beacon that is known.
    private static func answer(_ members: [JSON.Member]) -> RegistryReply {
        if case .array(let entries)? = members["beacons"] { return .answer(entries.map { RegistryListing($0) }) }
        return .answer(members.string("type") == "beacon_list_ok" ? [] : nil)
    }
}

/// One entry of the registry's list.
struct RegistryListing: Equatable {
    /// nil if the entry has none that is a beacon's id.
    var beaconID: UInt32?
    /// nil if the entry names no address: not an object, no text, not host:port.
    var address: HostPort?

    init(beaconID: UInt32?, address: HostPort?) {
        self.beaconID = beaconID
        self.address = address
    }

    init(_ json: JSON) {
        guard case .object(let members) = json else { return }
        if case .number(let text)? = members["id"] { beaconID = Self.id(text) }
        address = members.string("addr").flatMap { HostPort($0) }
    }

    /// Also `1e+06`, as encoders write whole numbers that went through a floating-point value.
    private static func id(_ text: String) -> UInt32? {
        UInt32(digits: text) ?? Double(text).flatMap { UInt32(exactly: $0) }
    }
}

extension [JSON.Member] {
    /// The last of that name: what most readers take when a key is there twice.
    fileprivate subscript(key: String) -> JSON? { last { $0.key == key }?.value }

    fileprivate func string(_ key: String) -> String? {
        guard case .string(let text)? = self[key] else { return nil }
        return text
    }
}

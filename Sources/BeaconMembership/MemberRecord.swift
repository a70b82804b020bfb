public import BeaconBasics
public import BeaconWire

// One member on the wire; 32 bytes over IPv4, 12 more for each address of IPv6.
//
// | offset | size    | field |
// | ------ | ------- | ----- |
// | 0      | 1       | state (bits 0–1: alive, suspect, dead, left), draining (2: the deadline follows), control is IPv6 (3), data is IPv6 (4), forgotten (5) |
// | 1      | 4       | beacon, not 0 |
// | 5      | 6       | session |
// | 11     | 4       | incarnation |
// | 15     | 1       | protocol version |
// | 16     | 3       | software version: major, minor, patch |
// | 19     | 4 or 16 | control address: ip |
// |        | 2       | control address: port |
// |        | 4 or 16 | data address: ip |
// |        | 2       | data address: port |
// | 31     | 1       | since the death or leave, in units of 6 minutes (otherwise 0) |
// | 32     | 4       | of a draining member only: its deadline, Unix seconds |
// |        | 1       | of a suspicion only: accusers, 0 … 4 |
// |        | 4 each  | accuser |

/// What is told of a member.
public struct MemberRecord: Hashable, Sendable {
    public var member: Member
    /// Who suspects it; first the one that began. Empty unless the state is `suspect`.
    public var accusers: [BeaconID]
    /// Since it died or left, in units of six minutes.
    public var age: UInt8
    /// An operator has said that it is gone for good.
    public var isForgotten: Bool

    public static let maximumAccusers = 4

    public init(_ member: Member, accusers: [BeaconID] = [], age: UInt8 = 0, isForgotten: Bool = false) {
        self.member = member
        self.accusers = accusers
        self.age = age
        self.isForgotten = isForgotten
    }

    /// As its own sender tells it: one that does not know its address is where its datagram came from.
    func reached(at source: Address) -> MemberRecord {
        guard member.control.isUnspecified else { return self }
        var record = self
        record.member.control = source.with(port: member.control.port)
        return record
    }

    /// Bytes on the wire.
    public var length: Int {
        20 + Self.length(member.control) + Self.length(member.data)
            + DrainDeadline.length(member.drain)
            + (member.state == .suspect ? 1 + 4 * min(accusers.count, Self.maximumAccusers) : 0)
    }

    private static func length(_ address: Address) -> Int { address.isIPv4 ? 6 : 18 }

    private struct Flag {
        static let draining: UInt8 = 1 << 2
        static let control6: UInt8 = 1 << 3
        static let data6: UInt8 = 1 << 4
        static let forgotten: UInt8 = 1 << 5
    }

    public func write(_ writer: inout ControlWriter) {
        var flags = member.state.rawValue
        if member.isDraining { flags |= Flag.draining }
        if !member.control.isIPv4 { flags |= Flag.control6 }
        if !member.data.isIPv4 { flags |= Flag.data6 }
        if isForgotten { flags |= Flag.forgotten }
        writer.put8(flags)
        writer.put(member.beacon)
        writer.put(member.session)
        writer.put32(member.incarnation)
        writer.put8(member.protocolVersion)
        writer.put8(member.softwareVersion.major)
        writer.put8(member.softwareVersion.minor)
        writer.put8(member.softwareVersion.patch)
        Self.write(member.control, &writer)
        Self.write(member.data, &writer)
        writer.put8(age)
        writer.put(member.drain)
        guard member.state == .suspect else { return }
        let told = accusers.prefix(Self.maximumAccusers)
        writer.put8(UInt8(told.count))
        for accuser in told { writer.put(accuser) }
    }

    private static func write(_ address: Address, _ writer: inout ControlWriter) {
        if address.isIPv4 {
            writer.put32(address.ipv4)
        } else {
            writer.put64(address.high)
            writer.put64(address.low)
        }
        writer.put16(address.port)
    }

    /// nil if it is cut short, of beacon 0, or has more accusers than there may be.
    public init?(_ reader: inout ControlReader) {
        guard let flags = reader.take8(), let beacon = reader.takeBeacon(), beacon.rawValue != 0,
            let session = reader.takeSession(), let incarnation = reader.take32(), let version = reader.take8(),
            let major = reader.take8(), let minor = reader.take8(), let patch = reader.take8(),
            let control = Self.address(&reader, isIPv6: flags & Flag.control6 != 0),
            let data = Self.address(&reader, isIPv6: flags & Flag.data6 != 0), let age = reader.take8(),
            let state = MemberState(rawValue: flags & 3),
            let drain = reader.takeDrain(if: flags & Flag.draining != 0)
        else { return nil }
        self.init(
            Member(
                beacon: beacon, session: session, incarnation: incarnation, state: state,
                drain: drain, control: control, data: data, protocolVersion: version,
                softwareVersion: SoftwareVersion(major, minor, patch)),
            age: age, isForgotten: flags & Flag.forgotten != 0)
        guard state == .suspect else { return }
        guard let count = reader.take8(), count <= Self.maximumAccusers else { return nil }
        for _ in 0..<count {
            guard let accuser = reader.takeBeacon() else { return nil }
            accusers.append(accuser)
        }
    }

    private static func address(_ reader: inout ControlReader, isIPv6: Bool) -> Address? {
        if isIPv6 {
            guard let high = reader.take64(), let low = reader.take64(), let port = reader.take16() else { return nil }
            return Address(high: high, low: low, port: port)
        }
        guard let ip = reader.take32(), let port = reader.take16() else { return nil }
        return Address(ipv4: ip, port: port)
    }
}

extension ControlWriter {
    mutating func put(_ records: [MemberRecord]) { for record in records { record.write(&self) } }
}

extension ControlReader {
    /// Records up to the end; nil if one is not well-formed.
    mutating func takeRecords() -> [MemberRecord]? {
        var records: [MemberRecord] = []
        records.reserveCapacity(min(remaining / 32, 4_096))
        while !isAtEnd {
            guard let record = MemberRecord(&self) else { return nil }
            records.append(record)
        }
        return records
    }
}

import BeaconBasics
public import BeaconWire

extension MembershipMessage {
    /// Bytes of the body.
    public var bodyLength: Int {
        switch self {
        case .ping(_, _, let held): held == nil ? 9 : 20
        case .ack(_, _, let drain, _, _): 9 + DrainDeadline.length(drain)
        case .relay: 11
        case .relayed(_, _, _, _, let drain): 19 + DrainDeadline.length(drain)
        case .nack, .leaveHeard: 4
        case .records(let records): Self.length(records)
        case .join(_, let record): 4 + record.length
        case .welcome(_, _, let records): 8 + Self.length(records)
        case .digest: 13
        case .confirm(let record), .leave(let record): record.length
        case .identity(_, let control, _): 8 + (control.isIPv4 ? 6 : 18)
        }
    }

    private static func length(_ records: [MemberRecord]) -> Int { records.reduce(0) { $0 + $1.length } }

    /// The whole message: type, length, body.
    public func write(_ writer: inout ControlWriter) {
        writer.put8(type)
        writer.putVarint(UInt64(bodyLength))
        writeBody(&writer)
    }

    private func writeBody(_ writer: inout ControlWriter) {
        switch self {
        case .ping(let sequence, let target, let held):
            writer.put32(sequence)
            writer.put(target)
            writer.put8(held == nil ? 0 : 1)
            held?.write(&writer)
        case .ack(let sequence, let incarnation, let drain, let health, let wantsRecord):
            writer.put32(sequence)
            writer.put32(incarnation)
            writer.put8((wantsRecord ? 1 : 0) | (drain != nil ? 2 : 0) | min(health, 15) << 4)
            writer.put(drain)
        case .relay(let sequence, let target, let wait, let tell):
            writer.put32(sequence)
            writer.put(target)
            writer.put8(tell ? 1 : 0)
            writer.put16(wait)
        case .relayed(let sequence, let target, let session, let incarnation, let drain):
            writer.put32(sequence)
            writer.put(target)
            writer.put(session)
            writer.put32(incarnation)
            writer.put8(drain != nil ? 2 : 0)
            writer.put(drain)
        case .nack(let number), .leaveHeard(let number): writer.put32(number)
        case .records(let records): writer.put(records)
        case .join(let token, let record):
            writer.put32(token)
            record.write(&writer)
        case .welcome(let token, let members, let records):
            writer.put32(token)
            writer.put32(members)
            writer.put(records)
        case .digest(let hash, let members, let isAnswer):
            writer.put64(hash)
            writer.put32(members)
            writer.put8(isAnswer ? 1 : 0)
        case .confirm(let record), .leave(let record): record.write(&writer)
        case .identity(let birth, let control, let isAnswer):
            writer.put(birth)
            writer.put8(isAnswer ? 1 : 0)
            writer.put(control)
        }
    }

    /// nil for another module's type, and for a body that is not well-formed.
    public init?(type: UInt8, _ body: inout ControlReader) {
        let message: MembershipMessage? =
            switch type {
            case 0x01: Self.ping(&body)
            case 0x02: Self.ack(&body)
            case 0x03: Self.relay(&body)
            case 0x04: Self.relayed(&body)
            case 0x05: body.take32().map { .nack(sequence: $0) }
            case 0x06: body.takeRecords().map { .records($0) }
            case 0x07: Self.join(&body)
            case 0x08: Self.welcome(&body)
            case 0x09: Self.digest(&body)
            case 0x0A: MemberRecord(&body).map { .confirm($0) }
            case 0x0B: MemberRecord(&body).map { .leave($0) }
            case 0x0C: body.take32().map { .leaveHeard(incarnation: $0) }
            case 0x0D: Self.identity(&body)
            default: nil
            }
        guard let message else { return nil }
        self = message
    }

    private static func ping(_ body: inout ControlReader) -> Self? {
        guard let sequence = body.take32(), let target = body.takeBeacon(), let flags = body.take8() else { return nil }
        guard flags & 1 != 0 else { return .ping(sequence: sequence, target: target, held: nil) }
        guard let held = HeldState(&body) else { return nil }
        return .ping(sequence: sequence, target: target, held: held)
    }

    private static func ack(_ body: inout ControlReader) -> Self? {
        guard let sequence = body.take32(), let incarnation = body.take32(), let flags = body.take8(),
            let drain = body.takeDrain(if: flags & 2 != 0)
        else { return nil }
        return .ack(
            sequence: sequence, incarnation: incarnation, drain: drain, health: flags >> 4,
            wantsRecord: flags & 1 != 0)
    }

    private static func relay(_ body: inout ControlReader) -> Self? {
        guard let sequence = body.take32(), let target = body.takeBeacon(), let flags = body.take8(),
            let wait = body.take16()
        else { return nil }
        return .relay(sequence: sequence, target: target, wait: wait, tell: flags & 1 != 0)
    }

    private static func relayed(_ body: inout ControlReader) -> Self? {
        guard let sequence = body.take32(), let target = body.takeBeacon(), let session = body.takeSession(),
            let incarnation = body.take32(), let flags = body.take8(), let drain = body.takeDrain(if: flags & 2 != 0)
        else { return nil }
        return .relayed(
            sequence: sequence, target: target, session: session, incarnation: incarnation, drain: drain)
    }

    private static func join(_ body: inout ControlReader) -> Self? {
        guard let token = body.take32(), let record = MemberRecord(&body) else { return nil }
        return .join(token: token, record)
    }

    private static func welcome(_ body: inout ControlReader) -> Self? {
        guard let token = body.take32(), let members = body.take32(), let records = body.takeRecords() else {
            return nil
        }
        return .welcome(token: token, members: members, records)
    }

    private static func digest(_ body: inout ControlReader) -> Self? {
        guard let hash = body.take64(), let members = body.take32(), let flags = body.take8() else { return nil }
        return .digest(hash: hash, members: members, isAnswer: flags & 1 != 0)
    }

    private static func identity(_ body: inout ControlReader) -> Self? {
        guard let birth = body.takeSession(), let flags = body.take8(), let control = body.takeAddress() else {
            return nil
        }
        return .identity(birth: birth, control: control, isAnswer: flags & 1 != 0)
    }
}

extension HeldState {
    func write(_ writer: inout ControlWriter) {
        writer.put8(state.rawValue)
        writer.put(session)
        writer.put32(incarnation)
    }

    init?(_ reader: inout ControlReader) {
        guard let raw = reader.take8(), let state = MemberState(rawValue: raw), let session = reader.takeSession(),
            let incarnation = reader.take32()
        else { return nil }
        self.init(state: state, session: session, incarnation: incarnation)
    }
}

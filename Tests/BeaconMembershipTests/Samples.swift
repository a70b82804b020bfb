import BeaconBasics
import BeaconMembership
import BeaconWire

@testable import BeaconMembership

/// Values drawn from one seed.
struct Samples {
    var random: SeededRandom

    init(_ seed: UInt64) { random = SeededRandom(seed: seed) }

    mutating func address() -> Address {
        random.next() % 3 == 0
            ? Address(
                high: random.next() | 1 << 61, low: random.next(), port: UInt16(truncatingIfNeeded: random.next()))
            : Address(
                ipv4: UInt32(truncatingIfNeeded: random.next()), port: UInt16(truncatingIfNeeded: random.next()))
    }

    mutating func beacon() -> BeaconID { BeaconID(UInt32(truncatingIfNeeded: random.next()) | 1) }
    mutating func word() -> UInt32 { UInt32(truncatingIfNeeded: random.next()) }
    mutating func session() -> SessionID { SessionID(random.next()) }
    mutating func drain() -> DrainDeadline? { flag() ? DrainDeadline(unixSeconds: word()) : nil }
    mutating func flag() -> Bool { random.next() & 1 == 0 }
    mutating func state() -> MemberState { MemberState(rawValue: UInt8(random.next() % 4))! }

    mutating func record() -> MemberRecord {
        let version = SoftwareVersion(
            UInt8(random.next() % 256), UInt8(random.next() % 256), UInt8(random.next() % 256))
        let member = Member(
            beacon: beacon(), session: session(), incarnation: word(), state: state(), drain: drain(),
            control: address(), data: address(), protocolVersion: UInt8(random.next() % 256), softwareVersion: version)
        var record = MemberRecord(member, age: UInt8(random.next() % 256), isForgotten: flag())
        if member.state == .suspect { for _ in 0..<random.next() % 5 { record.accusers.append(beacon()) } }
        return record
    }

    mutating func records() -> [MemberRecord] { (0..<random.next() % 5).map { _ in record() } }

    mutating func held() -> HeldState? {
        flag() ? nil : HeldState(state: state(), session: session(), incarnation: word())
    }

    mutating func message(_ kind: UInt8) -> MembershipMessage {
        switch kind {
        case 0x01: .ping(sequence: word(), target: beacon(), held: held())
        case 0x02:
            .ack(
                sequence: word(), incarnation: word(), drain: drain(), health: UInt8(random.next() % 16),
                wantsRecord: flag())
        case 0x03:
            .relay(
                sequence: word(), target: beacon(), wait: UInt16(truncatingIfNeeded: random.next()), tell: flag())
        case 0x04:
            .relayed(
                sequence: word(), target: beacon(), session: session(), incarnation: word(), drain: drain())
        case 0x05: .nack(sequence: word())
        case 0x06: .records(records())
        case 0x07: .join(token: word(), record())
        case 0x08: .welcome(token: word(), members: word(), records())
        case 0x09: .digest(hash: random.next(), members: word(), isAnswer: flag())
        case 0x0A: .confirm(record())
        case 0x0B: .leave(record())
        case 0x0C: .leaveHeard(incarnation: word())
        default: .identity(birth: session(), control: address(), isAnswer: flag())
        }
    }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
}

/// A member of the fake network's addresses.
func member(
    _ beacon: UInt32, session: UInt64 = 1, incarnation: UInt32 = 0, _ state: MemberState = .alive, host: Int? = nil
) -> Member {
    let control = FakeNetwork.control(host ?? Int(beacon) - 1)
    return Member(
        beacon: BeaconID(beacon), session: SessionID(session), incarnation: incarnation, state: state,
        control: control, data: control.with(port: 9_001))
}

/// One membership by itself, and what it puts out.
struct Lone {
    var membership: Membership
    var now = Moment(nanoseconds: 5_000_000_000)

    init(_ me: Member = member(1), knowing others: [Member] = [], settings: MembershipSettings = .init()) {
        membership = Membership(me, settings: settings, seed: 7, at: now)
        for other in others { hear(.records([MemberRecord(other)]), from: other) }
        _ = outputs()
    }

    mutating func hear(_ message: MembershipMessage, from sender: Member) {
        membership.receive(
            message, from: sender.beacon, session: sender.session, source: sender.control, at: now)
    }

    mutating func outputs() -> [MembershipOutput] {
        var outputs: [MembershipOutput] = []
        while let output = membership.poll() { outputs.append(output) }
        return outputs
    }

    /// Moves on, ringing each alarm at its time.
    mutating func run(_ delay: Delay) -> [MembershipOutput] {
        let end = now + delay
        var outputs: [MembershipOutput] = []
        while membership.deadline <= end {
            now = max(now, membership.deadline)
            membership.advance(to: now)
            outputs += self.outputs()
        }
        now = end
        return outputs
    }
}

extension [MembershipOutput] {
    var messages: [(message: MembershipMessage, to: Address)] {
        compactMap { if case .send(let message, let to, _) = $0 { (message, to) } else { nil } }
    }

    var changes: [MemberChange] { compactMap { if case .changed(let change) = $0 { change } else { nil } } }
}

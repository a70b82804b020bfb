import BeaconBasics
import Testing

@testable import BeaconMembership

/// Whatever a member of the fleet says: no trap, no step back in a row, no table without an end.
@Suite struct HostileTests {
    /// Few ids and small numbers, so that messages are about the same members; and now and then the largest ones.
    private func tamed(_ record: MemberRecord, _ random: inout SeededRandom) -> MemberRecord {
        var record = record
        record.member.beacon = BeaconID(UInt32(random.below(12)) + 1)
        record.member.session = SessionID(random.below(40) == 0 ? SessionID.maximum : UInt64(random.below(3)) + 1)
        record.member.incarnation = random.below(40) == 0 ? .max - UInt32(random.below(2)) : UInt32(random.below(6))
        record.member.control = FakeNetwork.control(random.below(14))
        record.accusers = record.accusers.map { _ in BeaconID(UInt32(random.below(14))) }
        return record
    }

    private func tamed(_ message: MembershipMessage, _ random: inout SeededRandom) -> MembershipMessage {
        let someone = BeaconID(UInt32(random.below(12)) + 1)
        return switch message {
        case .ping(let sequence, _, var held):
            {
                held?.session = SessionID(UInt64(random.below(3)) + 1)
                return .ping(sequence: sequence, target: random.below(2) == 0 ? BeaconID(1) : someone, held: held)
            }()
        case .ack(_, let incarnation, let drain, let health, let wants):
            .ack(
                sequence: UInt32(random.below(4)) << 11 | UInt32(random.below(4)) << 3 | UInt32(random.below(8)),
                incarnation: incarnation % 8, drain: drain, health: health, wantsRecord: wants)
        case .relay(let sequence, _, let wait, let tell):
            .relay(sequence: sequence, target: someone, wait: wait, tell: tell)
        case .relayed(let sequence, _, _, let incarnation, let drain):
            .relayed(
                sequence: sequence % 8_192, target: someone, session: SessionID(1), incarnation: incarnation % 8,
                drain: drain)
        case .records(let records): .records(records.map { tamed($0, &random) })
        case .join(let token, let record): .join(token: token % 4, tamed(record, &random))
        case .welcome(let token, let members, let records):
            .welcome(token: token % 4, members: members, records.map { tamed($0, &random) })
        case .confirm(let record): .confirm(tamed(record, &random))
        case .leave(let record): .leave(tamed(record, &random))
        case .identity(_, _, let isAnswer):
            .identity(birth: SessionID(9), control: FakeNetwork.control(random.below(14)), isAnswer: isAnswer)
        default: message
        }
    }

    @Test(arguments: UInt64(1)...6) func anySequenceOfMessages(seed: UInt64) {
        var samples = Samples(seed)
        var random = SeededRandom(seed: seed)
        var lone = Lone(member(1, session: 2), knowing: (2...6).map { member(UInt32($0)) })
        var rows: [BeaconID: Member] = [:]
        for status in lone.membership.members { rows[status.member.beacon] = status.member }
        lone.membership.contact(FakeNetwork.control(3), at: lone.now)
        var illegal: [String] = []
        for step in 0..<6_000 {
            let message = tamed(samples.message(UInt8(random.below(13)) + 1), &random)
            // Its own id too, and sessions that are over.
            let sender = member(UInt32(random.below(12)) + 1, session: UInt64(random.below(3)) + 1)
            lone.hear(message, from: sender)
            _ = lone.membership.serve(samples.bytes(random.below(60)), from: sender.beacon, at: lone.now)
            lone.membership.exchangeEnded(
                UInt64(random.below(200)), reply: samples.bytes(random.below(60)), at: lone.now)
            if step % 500 == 499 { _ = lone.membership.forget(BeaconID(UInt32(random.below(12)) + 1), at: lone.now) }
            for output in lone.outputs() + lone.run(.milliseconds(UInt64(random.below(40)))) {
                note(output, &rows, &illegal)
            }
        }
        #expect(illegal.isEmpty)
        #expect(lone.membership.members.count <= 11)
        #expect(lone.membership.rounds.count <= RoundPool.capacity)
        #expect(lone.membership.exchanges.count <= 512)
        #expect(lone.membership.timers.count < 5_000)
        #expect(lone.membership.counters.recordsHeard > 500 || lone.membership.identity.isSilent)
    }

    private func note(_ output: MembershipOutput, _ rows: inout [BeaconID: Member], _ illegal: inout [String]) {
        switch output {
        case .changed(let change):
            let beacon = change.member.beacon
            if beacon == BeaconID(1) || change.previous != rows[beacon] { illegal.append("\(change)") }
            if let old = rows[beacon], !FakeNetwork.isLater(change.member, old) { illegal.append("\(change)") }
            rows[beacon] = change.member
        case .forgotten(let beacon): rows[beacon] = nil
        case .send(let message, _, _): if message.bodyLength > 1_180 { illegal.append("\(message.bodyLength) bytes") }
        default: break
        }
    }
}

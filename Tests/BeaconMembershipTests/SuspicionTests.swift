import BeaconBasics
import Testing

@testable import BeaconMembership

@Suite struct SuspicionTests {
    private func seconds(_ confirmations: Int, of possible: Int) -> Double {
        Membership.suspicionTime(.lan, confirmations: confirmations, of: possible).inSeconds
    }

    /// max - (max - min) · log(c + 1) / log(k + 1).
    @Test func theTimeShrinksWithTheConfirmations() {
        #expect((0...3).map { seconds($0, of: 3) } == [12, 7, 4.08, 2])
        #expect((0...2).map { seconds($0, of: 2) } == [12, 5.69, 2])
        #expect((0...1).map { seconds($0, of: 1) } == [12, 2])
        #expect(seconds(0, of: 0) == 2)
        #expect(seconds(9, of: 3) == 2)
    }

    private func suspicion(_ incarnation: UInt32, by accusers: [UInt32]) -> MembershipMessage {
        .records([
            MemberRecord(member(2, incarnation: incarnation, .suspect), accusers: accusers.map { BeaconID($0) })
        ])
    }

    private let others = (2...9).map { member(UInt32($0)) }

    @Test func aNewerSuspicionStartsANewTimer() {
        var lone = Lone(knowing: others)
        lone.hear(suspicion(0, by: [3, 4, 5, 6]), from: member(3))
        // Just before the check of the first suspicion.
        _ = lone.run(.milliseconds(1_500))
        lone.hear(.records([MemberRecord(member(2, incarnation: 1))]), from: member(3))
        lone.hear(suspicion(1, by: [3, 4, 5, 6]), from: member(3))
        let soon = lone.run(.milliseconds(1_400))
        #expect(soon.changes.contains { $0.member.beacon == BeaconID(2) && $0.member.state == .dead } == false)
        let later = lone.run(.seconds(4))
        let death = later.changes.first { $0.member.beacon == BeaconID(2) && $0.member.state == .dead }
        #expect(death?.member.incarnation == 1)
        #expect(death?.evidence?.lastChanceFailed == true)
        #expect(death?.evidence?.accusers.prefix(2) == [BeaconID(3), BeaconID(4)])
    }

    @Test func aRefutationInTimeSavesAndTheOldAlarmIsVoid() {
        var lone = Lone(knowing: others)
        lone.hear(suspicion(0, by: [3, 4, 5, 6]), from: member(3))
        _ = lone.run(.milliseconds(1_000))
        lone.hear(.records([MemberRecord(member(2, incarnation: 1))]), from: member(4))
        let slot = lone.membership.table.slot(BeaconID(2))!
        #expect(lone.membership.suspicions[slot] == nil)
        #expect(lone.membership.member(BeaconID(2))?.state == .alive)
        #expect(lone.outputs().changes.last?.member.state == .alive)
    }

    /// Its turn in the round of eight may be four seconds away; all rumours of the suspicion may have been lost.
    @Test func aSuspectIsToldEachTurnUntilItRefutes() {
        var lone = Lone(knowing: others)
        lone.hear(suspicion(0, by: [3]), from: member(3))
        let warnings = { (outputs: [MembershipOutput]) in
            outputs.messages.count {
                if case .ping(0, BeaconID(2), let held) = $0.message { held?.state == .suspect } else { false }
            }
        }
        #expect(warnings(lone.run(.milliseconds(2_000))) >= 2)
        let answer = MembershipMessage.ack(sequence: 0, incarnation: 1, drain: nil, health: 0, wantsRecord: false)
        lone.hear(answer, from: member(2))
        #expect(lone.membership.member(BeaconID(2))?.state == .alive)
        #expect(warnings(lone.run(.milliseconds(2_000))) == 0)
    }

    @Test func anOldSuspicionSaysNothing() {
        var lone = Lone(knowing: [member(2, incarnation: 5)] + others.dropFirst())
        lone.hear(suspicion(4, by: [3]), from: member(3))
        #expect(lone.membership.member(BeaconID(2))?.state == .alive)
    }

    /// A death that nobody here suspected is looked into first, and a member that answers lives.
    @Test func aDeathOutOfTheBlueIsChecked() {
        var lone = Lone(knowing: others)
        lone.hear(.records([MemberRecord(member(2, .dead))]), from: member(3))
        #expect(lone.membership.member(BeaconID(2))?.state == .alive)
        let messages = lone.run(.milliseconds(10)).messages
        let pings = messages.compactMap { message -> UInt32? in
            guard case .ping(let sequence, BeaconID(2), let held) = message.message, held?.state == .suspect else {
                return nil
            }
            return sequence
        }
        #expect(pings.count == 1)
        let asked = messages.filter { if case .relay(_, BeaconID(2), _, let tell) = $0.message { tell } else { false } }
        #expect(asked.count == 3)
        let answer = MembershipMessage.ack(
            sequence: pings[0], incarnation: 1, drain: nil, health: 0, wantsRecord: false)
        lone.hear(answer, from: member(2))
        let changes = lone.run(.milliseconds(600)).changes
        #expect(changes.allSatisfy { $0.member.state != .dead })
        #expect(lone.membership.counters.checksPassed == 1)
    }

    /// A check whose first ping came due while we did not get to run has not asked anybody anything.
    @Test func whoWasNotAwakePingsBeforeItJudges() throws {
        var lone = Lone(knowing: others)
        lone.hear(.records([MemberRecord(member(2, .dead))]), from: member(3))
        lone.now = lone.now + .seconds(3)
        let death = try #require(lone.run(.seconds(5)).changes.first { $0.member.state == .dead })
        #expect(death.evidence?.directAttempts ?? 0 >= 3)
    }

    @Test func aDeathThatWeHaveSuspectedForAWhileIsTaken() {
        var lone = Lone(knowing: others)
        lone.hear(suspicion(0, by: [3]), from: member(3))
        _ = lone.run(.milliseconds(1_100))
        lone.hear(.records([MemberRecord(member(2, .dead))]), from: member(4))
        let change = lone.outputs().changes.last
        #expect(change?.member.state == .dead)
        #expect(change?.evidence?.accusers == [BeaconID(3), BeaconID(4)])
    }

    /// One that hears nothing accuses everybody: nobody believes it once it is held for dead itself.
    @Test func theDeadAreNotBelievedButForThemselves() {
        var lone = Lone(knowing: [member(2), member(3, .dead)])
        lone.hear(suspicion(0, by: [3]), from: member(3))
        #expect(lone.membership.member(BeaconID(2))?.state == .alive)
        lone.hear(.records([MemberRecord(member(3, incarnation: 1))]), from: member(3))
        #expect(lone.membership.member(BeaconID(3))?.state == .alive)
    }

    @Test func noDeadOneIsToldOfItMoreThanOnceASecond() {
        var lone = Lone(knowing: [member(2), member(3, .dead)])
        var told = 0
        for _ in 0..<300 {
            lone.hear(.nack(sequence: 0), from: member(3))
            told += lone.outputs().messages.filter { $0.to == member(3).control }.count
            lone.now = lone.now + .milliseconds(10)
        }
        #expect((2...4).contains(told))
    }
}

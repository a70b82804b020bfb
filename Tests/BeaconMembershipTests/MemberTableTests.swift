import BeaconBasics
import Testing

@testable import BeaconMembership

@Suite struct MemberTableTests {
    private let moment = Moment(nanoseconds: 1)

    /// Against a plain dictionary, over many random steps.
    @Test func itHoldsWhatAPlainOneHolds() {
        var random = SeededRandom(seed: 11)
        var table = MemberTable()
        var model: [BeaconID: Member] = [:]
        for _ in 0..<5_000 {
            let beacon = UInt32(random.below(60)) + 1
            let state = MemberState(rawValue: UInt8(random.below(4)))!
            let new = member(beacon, incarnation: UInt32(random.below(5)), state)
            switch (table.slot(new.beacon), random.below(4)) {
            case (let slot?, 0):
                table.remove(slot)
                model[new.beacon] = nil
            case (let slot?, _):
                table.update(slot, to: new, isForgotten: false)
                model[new.beacon] = new
            case (nil, _):
                _ = table.insert(new, since: moment, isForgotten: false)
                model[new.beacon] = new
            }
            check(table, model)
        }
    }

    private func check(_ table: MemberTable, _ model: [BeaconID: Member]) {
        let ordered = model.values.sorted { $0.beacon < $1.beacon }
        #expect(table.slots.map { table.rows[$0].member } == ordered)
        #expect(table.hash == ordered.reduce(0) { $0 ^ $1.tableHash })
        #expect(Set(table.live.map { table.rows[Int($0)].member.beacon }) == beacons(ordered) { $0.isRoutable })
        #expect(Set(table.dead.map { table.rows[Int($0)].member.beacon }) == beacons(ordered) { $0 == .dead })
        for (place, slot) in table.live.enumerated() { #expect(table.rows[Int(slot)].place == Int32(place)) }
    }

    private func beacons(_ members: [Member], where isSo: (MemberState) -> Bool) -> Set<BeaconID> {
        Set(members.filter { isSo($0.state) }.map(\.beacon))
    }

    @Test func theSuccessorIsTheNextOneUpAndRound() {
        var table = MemberTable()
        for beacon: UInt32 in [10, 20, 30] { _ = table.insert(member(beacon), since: moment, isForgotten: false) }
        func successor(_ beacon: UInt32) -> UInt32? {
            table.successor(of: BeaconID(beacon)) { $0.member.state == .alive }
                .map { table.rows[$0].member.beacon.rawValue }
        }
        #expect(successor(5) == 10)
        #expect(successor(15) == 20)
        #expect(successor(35) == 10)
        table.update(table.slot(BeaconID(20))!, to: member(20, .suspect), isForgotten: false)
        #expect(successor(15) == 30)
        #expect(MemberTable().successor(of: BeaconID(1)) { _ in true } == nil)
    }

    @Test func aSuspicionChangesNoHashButDeathDoes() {
        #expect(member(1).tableHash == member(1, .suspect).tableHash)
        let hashes = [member(1), member(1, .dead), member(1, .left), member(1, incarnation: 1), member(1, session: 2)]
        #expect(Set(hashes.map(\.tableHash)).count == 5)
    }
}

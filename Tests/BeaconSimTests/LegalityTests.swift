import BeaconBasics
import Testing

@testable import BeaconSimKit

@Suite struct LegalityTests {
    private func row(_ state: MemberState, _ session: UInt64, _ incarnation: UInt32) -> MemberRow {
        MemberRow(session: session, incarnation: incarnation, state: state)
    }

    private func member(_ state: MemberState, _ session: UInt64, _ incarnation: UInt32) -> Member {
        Member(
            beacon: BeaconID(1), session: SessionID(session), incarnation: incarnation, state: state, control: .none,
            data: .none)
    }

    @Test(
        arguments: [
            (MemberState.alive, MemberState.suspect, 5, 5), (.alive, .dead, 5, 5), (.suspect, .dead, 5, 5),
            (.suspect, .alive, 5, 6), (.dead, .alive, 5, 6), (.left, .alive, 5, 6), (.alive, .left, 5, 5),
            (.alive, .alive, 5, 6), (.suspect, .suspect, 5, 6), (.dead, .suspect, 5, 6),
        ] as [(MemberState, MemberState, UInt32, UInt32)])
    func legal(from: MemberState, to: MemberState, before: UInt32, after: UInt32) {
        let fault = Legality.fault(from: row(from, 9, before), to: member(to, 9, after))
        #expect(fault == nil)
    }

    @Test(
        arguments: [
            (MemberState.suspect, MemberState.alive, 5, 5, Property.s3), (.dead, .alive, 5, 5, .s2),
            (.dead, .suspect, 5, 5, .s2), (.left, .alive, 5, 5, .s5), (.left, .suspect, 5, 6, .s5),
            (.left, .dead, 5, 6, .s5), (.alive, .alive, 5, 4, .s1), (.alive, .dead, 5, 4, .s1),
        ] as [(MemberState, MemberState, UInt32, UInt32, Property)])
    func illegal(from: MemberState, to: MemberState, before: UInt32, after: UInt32, property: Property) {
        let fault = Legality.fault(from: row(from, 9, before), to: member(to, 9, after))
        #expect(fault?.0 == property)
    }

    @Test func sessionsOnlyRise() {
        #expect(Legality.fault(from: row(.dead, 9, 50), to: member(.alive, 10, 0)) == nil)
        #expect(Legality.fault(from: row(.left, 9, 50), to: member(.alive, 10, 0)) == nil)
        #expect(Legality.fault(from: row(.alive, 9, 50), to: member(.alive, 8, 60))?.0 == .s1)
        #expect(Legality.fault(from: MemberRow(), to: member(.dead, 1, 0)) == nil)
    }
}

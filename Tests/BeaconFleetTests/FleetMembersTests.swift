import BeaconBasics
import Testing

@testable import BeaconFleet

@Suite struct FleetMembersTests {
    private let first = Address("192.0.2.1:9001")!
    private let second = Address("192.0.2.2:9001")!

    /// The members where `#expect` can change them.
    private final class Members {
        private var value = FleetMembers()

        var answered: [Address] {
            get { value.answered }
            set { value.answered = newValue }
        }

        func changed(_ member: Member) { value.changed(member) }
        func news() -> [Address]? { value.news() }
    }

    private func member(_ id: UInt32, _ data: Address, _ state: MemberState = .alive) -> Member {
        Member(beacon: BeaconID(id), session: SessionID(1), state: state, control: data, data: data)
    }

    @Test func onlyNewsAreTold() {
        let members = Members()
        #expect(members.news() == nil)
        members.changed(member(1, first))
        #expect(members.news() == [first])
        members.changed(member(1, first, .suspect))
        #expect(members.news() == nil, "its nodes are routable still")
        members.answered = [first]
        #expect(members.news() == nil, "known twice, told once")
    }

    @Test(arguments: [MemberState.dead, .left])
    func whoIsGoneIsOneOfUsNoMore(_ state: MemberState) {
        let members = Members()
        members.changed(member(1, first))
        members.changed(member(2, second))
        #expect(members.news().map { Set($0) } == [first, second])
        members.changed(member(1, first, state))
        #expect(members.news() == [second])
        members.changed(member(2, second, state))
        #expect(members.news() == [])
        #expect(members.news() == nil)
    }

    /// Dead to the fleet, and it has answered a hello on its data port: still one of ours.
    @Test func whoAnswersAHelloStays() {
        let members = Members()
        members.answered = [first]
        members.changed(member(1, first, .dead))
        #expect(members.news() == [first])
    }

    @Test func aMemberThatMoves() {
        let members = Members()
        members.changed(member(1, first))
        _ = members.news()
        members.changed(member(1, second))
        #expect(members.news() == [second])
    }
}

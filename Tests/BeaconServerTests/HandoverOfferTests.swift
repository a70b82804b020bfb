import Testing

@testable import BeaconServer

@Suite struct HandoverOfferTests {
    private static let identity = HandoverMessageTests.identity
    /// What a successor says, in its order, and what the predecessor does each time.
    private static let course: [(HandoverMessage, HandoverOffer.Step)] = [
        (.ask(identity), .offer), (.ready, .stop), (.taking, .giveUp), (.running, .end),
    ]

    /// A hand-over in which the successor has said its first `count` messages.
    private static func offer(after count: Int) -> HandoverOffer {
        var offer = HandoverOffer(identity)
        for (message, step) in course.prefix(count) { #expect(offer.handle(.message(message)) == step) }
        return offer
    }

    @Test func theWholeCourse() {
        #expect(Self.offer(after: 4).state == .over)
    }

    @Test(arguments: 0...3) func aDeadSuccessorChangesNothing(_ count: Int) {
        var offer = Self.offer(after: count)
        #expect(offer.handle(.closed) == .goOn("the successor has gone"))
        #expect(offer.state == .over)
    }

    @Test(arguments: 0...2) func silenceBeforeTheSocketsAreGivenChangesNothing(_ count: Int) {
        var offer = Self.offer(after: count)
        #expect(offer.handle(.silence) == .goOn("the successor was silent for too long"))
    }

    /// It has been told that they are its own, and it lives: two readers would be worse than none.
    @Test func aSilentOwnerKeepsTheSockets() {
        var offer = Self.offer(after: 3)
        #expect(offer.handle(.silence) == .end)
    }

    @Test func garbageIsRefusedAtFirstAndLeadsBackLater() {
        var first = Self.offer(after: 0)
        #expect(first.handle(.fault(.version(2))) == .refuse(HandoverFault.version(2).description))
        for count in 1...2 {
            var offer = Self.offer(after: count)
            #expect(offer.handle(.fault(.malformed)) == .goOn(HandoverFault.malformed.description))
        }
    }

    @Test(arguments: 0...2) func nothingCanBeSkipped(_ count: Int) {
        for (message, _) in Self.course.dropFirst(count + 1) {
            var offer = Self.offer(after: count)
            #expect(offer.handle(.message(message)) == .goOn("the successor said something out of turn"))
        }
    }

    @Test func anIncompatibleSuccessorIsRefused() {
        var other = Self.identity
        other.beaconID += 1
        var offer = Self.offer(after: 0)
        guard case .refuse(let reason) = offer.handle(.message(.ask(other))) else {
            Issue.record("was not refused")
            return
        }
        #expect(reason.contains("beacon-id"))
    }
}

import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconCrypto

private let ring = KeyRing([[UInt8](repeating: 7, count: 32)])!

private func seal(_ beacon: UInt32, session: UInt64 = 1_000, salt: UInt32 = 5) -> Seal {
    let origin = SealOrigin(sender: BeaconID(beacon), session: SessionID(session), salt: salt)
    return Seal(ring: ring, origin: origin, label: "")
}

private func datagram(_ seal: Seal, _ counter: UInt64, to beacon: UInt32? = 2) -> [UInt8] {
    seal.seal([1, 2, 3], as: .datagram, counter: counter, for: beacon.map { BeaconID($0) })
}

@Suite struct SealedPeersTests {
    let me = seal(2)

    private func outcome(_ peers: inout SealedPeers, _ record: [UInt8]) -> String {
        switch peers.open(record.span.bytes, with: me) {
        case .success(let opened): opened.isNewOrigin ? "new" : "known"
        case .failure(let failure): "\(failure)"
        }
    }

    @Test func aLaterSessionEndsTheEarlierOne() {
        var peers = SealedPeers()
        let early = seal(1, session: 1_000)
        let late = seal(1, session: 1_001)
        #expect(outcome(&peers, datagram(early, 1)) == "new")
        #expect(outcome(&peers, datagram(early, 2)) == "known")
        #expect(outcome(&peers, datagram(late, 1)) == "new")
        #expect(outcome(&peers, datagram(early, 3)) == "oldSession")
        #expect(outcome(&peers, datagram(late, 2)) == "known")
    }

    @Test func ofOneSessionTheHigherSaltWinsWhicheverComesFirst() {
        let low = seal(1, salt: 1)
        let high = seal(1, salt: 0x8000_0000)
        var first = SealedPeers()
        #expect(outcome(&first, datagram(low, 1)) == "new")
        #expect(outcome(&first, datagram(high, 1)) == "new")
        #expect(outcome(&first, datagram(low, 2)) == "oldSession")
        var second = SealedPeers()
        #expect(outcome(&second, datagram(high, 1)) == "new")
        #expect(outcome(&second, datagram(low, 1)) == "oldSession")
    }

    @Test func aForgedLaterSessionEndsNothing() {
        var peers = SealedPeers()
        let early = seal(1)
        #expect(outcome(&peers, datagram(early, 1)) == "new")
        var forged = datagram(early, 2)
        forged[8] = 0xFF
        #expect(outcome(&peers, forged) == "badSeal")
        #expect(outcome(&peers, datagram(early, 3)) == "known")
    }

    @Test func ourOwnDatagramsAreKnownByTheirSaltWhateverTheSession() {
        var peers = SealedPeers()
        #expect(outcome(&peers, datagram(me, 1, to: 3)) == "ownEcho")
        #expect(outcome(&peers, datagram(seal(2, session: 9), 1)) == "ownEcho")
        #expect(outcome(&peers, datagram(seal(2, salt: 6), 1)) == "new", "another process with our id")
    }

    @Test func reorderedDatagramsAreTakenWithinTheWindow() {
        var peers = SealedPeers()
        let alice = seal(1)
        #expect(outcome(&peers, datagram(alice, 1_100)) == "new")
        for counter in [1_099, 500, 77] as [UInt64] {
            #expect(outcome(&peers, datagram(alice, counter)) == "known", "\(counter)")
            #expect(outcome(&peers, datagram(alice, counter)) == "replay", "\(counter)")
        }
        #expect(outcome(&peers, datagram(alice, 76)) == "replay", "too old to tell")
    }

    @Test func countersOfOneRecipientDoNotTouchThoseOfNobodyInParticular() {
        var peers = SealedPeers()
        let alice = seal(1)
        #expect(outcome(&peers, datagram(alice, 1_000_000)) == "new")
        #expect(outcome(&peers, datagram(alice, 1, to: nil)) == "known")
        #expect(outcome(&peers, datagram(alice, 1, to: nil)) == "replay")
    }

    @Test func aReplyOpensOnlyForItsRequest() throws {
        let alice = seal(1)
        let request = alice.seal([1], as: .streamRequest, counter: 8, for: BeaconID(2))
        let other = alice.seal([1], as: .streamRequest, counter: 9, for: BeaconID(2))
        let header = try parsed(request)
        let reply = me.seal([4, 5], as: .streamReply, counter: 1, for: BeaconID(1), answering: header)
        #expect(opening(reply, to: header, alice) == .success([4, 5]))
        #expect(opening(reply, to: try parsed(other), alice) == .failure(.badSeal))
        #expect(opening(request, to: header, alice) == .failure(.unknownMagic))
        #expect(opening(Array(reply[..<39]), to: header, alice) == .failure(.runt))
        for index in reply.indices {
            var bad = reply
            bad[index] ^= 0x10
            #expect(opening(bad, to: header, alice) != .success([4, 5]), "byte \(index)")
        }
    }

    private func parsed(_ record: [UInt8]) throws -> SealedHeader { try SealedHeader.parse(record.span.bytes).get() }

    private func opening(
        _ record: [UInt8], to request: SealedHeader, _ seal: Seal
    ) -> Result<[UInt8], SealFailure> {
        SealedPeers().openReply(record.span.bytes, to: request, with: seal).map(\.text)
    }

    @Test func theTableIsBoundedAndTheLongestSilentGoes() {
        var peers = SealedPeers()
        for beacon in 0..<UInt32(SealedPeers.capacity) { _ = outcome(&peers, datagram(seal(beacon + 10), 1)) }
        #expect(outcome(&peers, datagram(seal(10), 2)) == "known")
        #expect(outcome(&peers, datagram(seal(9_999), 1)) == "new")
        #expect(peers.count == SealedPeers.capacity)
        #expect(peers.evictions == 1)
        #expect(peers.origin(of: BeaconID(11)) == nil, "the longest silent")
        #expect(peers.origin(of: BeaconID(10)) != nil)
    }

    @Test func forgettingLeavesTheOthersWhereTheyAre() {
        var peers = SealedPeers()
        for beacon in [10, 11, 12] as [UInt32] { _ = outcome(&peers, datagram(seal(beacon), 1)) }
        peers.forget(BeaconID(10))
        peers.forget(BeaconID(99))
        #expect(outcome(&peers, datagram(seal(12), 1)) == "replay")
        #expect(outcome(&peers, datagram(seal(11), 1)) == "replay")
        #expect(outcome(&peers, datagram(seal(10), 1)) == "new")
    }

    @Test func aRefusedOldSessionCanBeToldFromAForgery() {
        let record = datagram(seal(1), 1)
        let genuine = SealedPeers().isGenuine(record.span.bytes, with: me)
        #expect(genuine)
        var bad = record
        bad[30] ^= 1
        let forged = SealedPeers().isGenuine(bad.span.bytes, with: me)
        #expect(!forged)
    }
}

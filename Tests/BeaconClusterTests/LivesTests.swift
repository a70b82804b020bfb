import BeaconBasics
import BeaconCrypto
import Testing

@testable import BeaconCluster

/// Two lives of one beacon (a restart, a clone of its host) whose clocks gave them one session seal with counters that
/// both begin at 1: what keeps their nonces apart is the salt that each draws, and that their keys are derived with.
@Suite struct LivesTests {
    private func origins(_ count: Int) -> Set<SealOrigin> {
        let network = FakeNetwork()
        var origins: Set<SealOrigin> = []
        for _ in 0..<count {
            let beacon = network.start(1)
            origins.insert(beacon.cluster.seal.origin)
        }
        return origins
    }

    @Test func noTwoLivesOfOneSessionSealAlike() {
        let origins = origins(200)
        #expect(Set(origins.map(\.session)).count == 1)
        #expect(origins.count == 200)
    }

    /// Both are told of one later session, by the members that know it.
    @Test func norWhenTheirSessionIsRaised() {
        let ring = KeyRing([fleetSecret])!
        let texts = ([1, 2] as [UInt32]).map { salt in
            var seal = Seal(
                ring: ring, origin: SealOrigin(sender: BeaconID(1), session: SessionID(1), salt: salt), label: "")
            seal.use(session: SessionID(2))
            return seal.seal([UInt8](repeating: 0, count: 64), as: .datagram, counter: 1, for: BeaconID(2))
                .dropFirst(SealedHeader.length)
        }
        #expect(zip(texts[0], texts[1]).filter { $0 == $1 }.count < 8)
    }
}

import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconRelay

@Suite struct RemoteClaimsTests {
    private func claim(_ node: UInt32, at now: Moment) -> RemoteClaims.Claim {
        .init(registration: .init(node: NodeID(node), source: Endpoint(address: peer(1))), begun: now)
    }

    @Test func claimsExpireInTheirOrder() {
        var clock = ManualClock()
        var claims = RemoteClaims()
        for node in UInt32(1)...3 {
            claims.begin(claim(node, at: clock.now))
            clock.advance(.seconds(1))
        }
        let start = ManualClock().now
        #expect(claims.nextDeadline == start + .seconds(3))
        #expect(expire(&claims, at: clock.now) == 1)
        #expect(claims.nextDeadline == start + .seconds(4))
        let removed = claims.remove(NodeID(2))
        #expect(removed?.registration.node == NodeID(2))
        #expect(claims.remove(NodeID(2)) == nil)
        #expect(expire(&claims, at: clock.advance(.seconds(1))) == 0)
        #expect(expire(&claims, at: clock.advance(.seconds(1))) == 1)
        #expect(claims.nextDeadline == nil && claims.open.isEmpty && claims.begun == 3)
    }

    private func expire(_ claims: inout RemoteClaims, at now: Moment) -> Int { claims.expire(at: now) }

    @Test func theTableFills() {
        var claims = RemoteClaims()
        let now = ManualClock().now
        for node in 0..<UInt32(RemoteClaims.capacity) {
            #expect(!claims.isFull)
            claims.begin(claim(node, at: now))
        }
        #expect(claims.isFull)
        claims.remove(NodeID(5))
        #expect(!claims.isFull)
        #expect(claims.claim(on: NodeID(5)) == nil && claims.claim(on: NodeID(4_095)) != nil)
    }
}

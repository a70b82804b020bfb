import BeaconBasics
import BeaconCrypto
import BeaconTestKit
import BeaconWire
import Synchronization

@testable import BeaconRelay

/// Keys of a fleet under test; the first seals.
let meshKey = MeshKey(id: 7, k0: 1, k1: 2)
let otherMeshKey = MeshKey(id: 8, k0: 3, k1: 4)

/// 192.0.2.`beacon`:9001, where a beacon of that number has its data plane.
func dataAddress(_ beacon: UInt32) -> Address { Address(ipv4: 0xC000_0200 + beacon, port: 9_001) }

/// A mesh frame 0C.
func meshFrame(
    hops: UInt8 = 1, from sender: UInt32, to destination: UInt32, payload: [UInt8] = [], key: MeshKey = meshKey
) -> [UInt8] {
    let header = MeshFrame.Header(
        hops: hops, keyID: key.id, sender: NodeID(sender), destination: NodeID(destination))
    return writing(room: MeshFrame.headerLength) { out in
        MeshFrame.write(header, payload: payload.span.bytes, k0: key.k0, k1: key.k1, into: &out)
        return MeshFrame.headerLength
    }.message + payload
}

/// A hello 0B.
func helloMessage(_ hello: Hello, key: MeshKey = meshKey) -> [UInt8] {
    var hello = hello
    hello.keyID = key.id
    return writing(room: Hello.length) { hello.write(k0: key.k0, k1: key.k1, into: &$0) }.message
}

extension Beacon {
    /// Beacon 1 of a fleet, with beacons 2 and 3 as members.
    static func inFleet(
        relayRate: UInt32 = 0, unprovenRate: UInt32 = 0, keys: [MeshKey] = [meshKey],
        _ change: (inout RegistrySettings) -> Void = { _ in }
    ) -> Beacon {
        let beacon = Beacon(
            relayRate: relayRate, unprovenRate: unprovenRate, address: dataAddress(1), keys: keys, change)
        for other in UInt32(2)...3 { beacon.directory!.member(other, at: dataAddress(other)) }
        return beacon
    }

    /// What waits for the fleet's loop.
    func requests() -> [FleetRequest] { fleet!.drainRequests() }
    func changes() -> [RegistryChange] { fleet!.drainChanges(limit: .max).changes }
}

/// Counts calls from any thread.
final class WakeCount: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .relaxed) }
    func add() { count.add(1, ordering: .relaxed) }
}

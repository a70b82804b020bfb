import BeaconAdmin
import BeaconBasics
import BeaconRelay
import BeaconTestKit
import Testing

@testable import BeaconServer

@Suite struct StateWatchTests {
    private func status(_ dropped: [Outcome: UInt64] = [:], age: Double = 0.1, gro: Bool = false) -> BeaconStatus {
        var counters = CounterSnapshot()
        for (outcome, count) in dropped { counters.outcomes[Int(outcome.rawValue)] = count }
        let shard = ShardStatus(
            index: 0, counters: counters, cpuSeconds: 0, ageSeconds: age, socketQueueBytes: 0, socketOverflows: 0,
            socketBufferBytes: 0,
            offloads: [OffloadStatus(name: "gro", capable: true, allowed: true, active: gro)])
        return BeaconStatus(
            version: "1", beaconID: 1, listen: "", uptimeSeconds: 1, startedAt: 0, shards: [shard],
            control: CounterSnapshot(),
            nodes: NodeTableStatus(registered: 0, capacity: 1, ipv4: 0, ipv6: 0, expired: 0, routes: 0),
            registration: RegistrationStatus(),
            process: ProcessStatus(cpuSeconds: 0, residentBytes: 0, openFiles: 0))
    }

    @Test func aBudgetThatRefusesIsOneEventUntilItIsQuiet() {
        var watch = StateWatch()
        #expect(watch.take(status([.relayRate: 5])).isEmpty, "where counting begins")
        let began = StateWatch.News(.budget, ["what": "relay_rate", "state": "began", "count": "3"])
        #expect(watch.take(status([.relayRate: 8])) == [began])
        #expect(watch.take(status([.relayRate: 9])).isEmpty)
        for _ in 1..<StateWatch.quietReadings { #expect(watch.take(status([.relayRate: 9])).isEmpty) }
        #expect(watch.take(status([.relayRate: 10])).isEmpty, "it came again in time")
        for _ in 1..<StateWatch.quietReadings { #expect(watch.take(status([.relayRate: 10])).isEmpty) }
        let over = StateWatch.News(.budget, ["what": "relay_rate", "state": "over", "count": "5"])
        #expect(watch.take(status([.relayRate: 10])) == [over])
        #expect(watch.take(status([.relayRate: 10])).isEmpty)
    }

    @Test func errorsAreTroublesToo() {
        var watch = StateWatch()
        _ = watch.take(status())
        #expect(watch.take(status([.sendFailed: 1])).map(\.kind) == [.error])
    }

    @Test func aShardThatStopsPublishing() {
        var watch = StateWatch()
        #expect(watch.take(status(age: 3)).isEmpty)
        #expect(watch.take(status(age: 3.1)) == [.init(.shard, ["shard": "0", "state": "stalled"])])
        #expect(watch.take(status(age: 9)).isEmpty)
        #expect(watch.take(status()) == [.init(.shard, ["shard": "0", "state": "publishing"])])
    }

    @Test func anOffloadThatIsSwitched() {
        var watch = StateWatch()
        #expect(watch.take(status(gro: true)).isEmpty)
        #expect(watch.take(status()) == [.init(.offload, ["shard": "0", "offload": "gro", "active": "false"])])
        #expect(watch.take(status()).isEmpty)
    }

    @Test func whatTheRegistrySays() {
        var watch = StateWatch()
        var reading = status()
        reading.registry = RegistryStatus(address: "r:1", tls: .off)
        #expect(watch.take(reading).isEmpty, "nothing was said yet")
        reading.registry?.state = .unreachable
        reading.registry?.lastError = "refused"
        #expect(
            watch.take(reading) == [
                .init(.registry, ["state": "unreachable", "was": "", "reason": "refused", "beacons": "0"])
            ])
        #expect(watch.take(reading).isEmpty)
        reading.registry?.state = .ok
        #expect(
            watch.take(reading) == [
                .init(.registry, ["state": "ok", "was": "unreachable", "reason": "", "beacons": "0"])
            ])
    }
}

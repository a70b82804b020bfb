import BeaconBasics
import BeaconRelay
import BeaconTestKit
import Testing

@testable import BeaconDataPlane

/// When UDP_GRO is turned on and off, on a real socket with a clock that the test moves.
@Suite struct CoalescingTests {
    private struct Bench: ~Copyable {
        let socket: UDPSocket
        var coalescing: Coalescing
        var clock = ManualClock()

        init() throws {
            socket = try UDPSocket(bind: ListenAddress(Address(host: "127.0.0.1")!), reusePort: false)
            coalescing = Coalescing(probing: socket)
        }

        /// `count` batches of 16 buffers, from one source or from as many, `datagrams` in all each.
        mutating func batches(
            _ count: Int, bursty: Bool = true, buffers: Int = 16, datagrams: Int = 16, _ offloads: Offloads = .all
        ) {
            for _ in 0..<count {
                for index in 0..<buffers {
                    coalescing.see(Address(ipv4: 0x7F00_0001, port: bursty ? 5 : UInt16(index + 1)), length: 1_200)
                }
                coalescing.adapt(buffers: buffers, datagrams: datagrams, socket, offloads, at: clock.now)
            }
        }
    }

    @Test func burstsTurnItOn() throws {
        var bench = try Bench()
        try #require(bench.coalescing.isCapable, "UDP_GRO is in Linux since 5.0")
        bench.batches(7)
        #expect(!bench.coalescing.isOn)
        bench.batches(1)
        #expect(bench.coalescing.isOn)
    }

    @Test func mixedTrafficSmallBatchesAndTheSwitchKeepItOff() throws {
        var bench = try Bench()
        bench.batches(500, bursty: false)
        bench.batches(500, buffers: 3, datagrams: 3)
        bench.batches(500, [.batch, .gso, .regroup])
        for _ in 0..<100 {
            bench.batches(7)
            bench.batches(1, bursty: false)
        }
        #expect(!bench.coalescing.isOn)
    }

    @Test func itGoesOffWhenItBringsNothingAndWaitsEverLongerToTryAgain() throws {
        var bench = try Bench()
        var waits: [Delay] = []
        for _ in 0..<9 {
            let start = bench.clock.now
            while !bench.coalescing.isOn, bench.clock.now.since(start) < .seconds(600) {
                bench.clock.advance(.milliseconds(250))
                bench.batches(1)
            }
            waits.append(bench.clock.now.since(start))
            bench.batches(255)
            #expect(bench.coalescing.isOn)
            bench.batches(1)
            #expect(!bench.coalescing.isOn)
        }
        // Eight batches to begin with, then 2 s doubling up to 64.
        #expect(waits == [2, 2, 4, 8, 16, 32, 64, 64, 64].map { .seconds($0) })
    }

    @Test func aBurstThatPaysKeepsItOn() throws {
        var bench = try Bench()
        bench.batches(8)
        for _ in 0..<10 {
            bench.batches(200)
            bench.batches(1, datagrams: 64)
        }
        #expect(bench.coalescing.isOn)
    }

    @Test func theSwitchTurnsItOffAtOnceAndAlwaysTurnsItOnAtOnce() throws {
        var bench = try Bench()
        bench.batches(8)
        bench.batches(1, datagrams: 64, [.batch])
        #expect(!bench.coalescing.isOn)
        bench.batches(1, bursty: false, [.groAlways])
        #expect(bench.coalescing.isOn)
        bench.batches(1_000, bursty: false, [.groAlways])
        #expect(bench.coalescing.isOn)
    }
}

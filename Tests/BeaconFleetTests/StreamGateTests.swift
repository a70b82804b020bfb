import BeaconBasics
import Testing

@testable import BeaconFleet

@Suite struct StreamGateTests {
    private let host = Address("192.0.2.1:0")!

    /// The gate where `#expect` can change it.
    private final class Gate {
        private(set) var value = StreamGate()

        func enter(_ host: Address) -> Bool { value.enter(host) }
        func leave(_ host: Address) { value.leave(host) }
        func hold(_ count: Int, _ host: Address) -> Bool { value.hold(count, host) }
        func release(_ count: Int, _ host: Address) { value.release(count, host) }
    }

    private func host(_ number: Int) -> Address { Address(ipv4: 0xC000_0200 + UInt32(number), port: 0) }

    @Test func aHostHasSoManyStreamsAndNoMore() {
        let gate = Gate()
        for _ in 0..<StreamGate.maximumPerHost { #expect(gate.enter(host)) }
        #expect(!gate.enter(host))
        #expect(gate.enter(host(2)), "another host is not held to account for it")
        #expect(gate.value.refused == 1)
        gate.leave(host)
        #expect(gate.enter(host))
    }

    @Test func thereAreSoManyStreamsForAll() {
        let gate = Gate()
        let hosts = StreamGate.maximumStreams / StreamGate.maximumPerHost
        for number in 0..<hosts {
            for _ in 0..<StreamGate.maximumPerHost { #expect(gate.enter(host(number))) }
        }
        #expect(!gate.enter(host(hosts)))
        #expect(gate.value.streams == StreamGate.maximumStreams)
        gate.leave(host(0))
        #expect(gate.enter(host(hosts)))
    }

    /// A stranger that sends much and never ends its requests must not keep the others' from being read.
    @Test func noHostCanHoldTheMemoryOfAll() {
        let gate = Gate()
        #expect(gate.enter(host) && gate.enter(host(2)))
        #expect(gate.hold(StreamGate.maximumBytesPerHost, host))
        #expect(!gate.hold(1, host))
        #expect(gate.hold(StreamGate.maximumBytesPerHost, host(2)))
        gate.release(StreamGate.maximumBytesPerHost, host)
        #expect(gate.hold(1, host))
    }

    @Test func thereIsSoMuchMemoryForAll() {
        let gate = Gate()
        let hosts = StreamGate.maximumBytes / StreamGate.maximumBytesPerHost
        for number in 0...hosts { #expect(gate.enter(host(number))) }
        for number in 0..<hosts { #expect(gate.hold(StreamGate.maximumBytesPerHost, host(number))) }
        #expect(!gate.hold(1, host(hosts)))
        gate.release(1, host(0))
        #expect(gate.hold(1, host(hosts)))
    }
}

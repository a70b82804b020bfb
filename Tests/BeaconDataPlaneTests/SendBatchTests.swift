import BeaconBasics
import BeaconRelay
import BeaconTestKit
import Testing

@testable import BeaconDataPlane

/// Grouping, seen from outside: what a batch sends is received, all of it, whole, and per destination in order.
@Suite struct SendBatchTests {
    /// A socket to send from, and what is sent through it.
    private struct Bench: ~Copyable {
        let socket: UDPSocket
        var batch = SendBatch(locals: LocalAddresses())
        let counters = ShardCounters()
        let published = PublishedCounters()

        init() throws {
            socket = try UDPSocket(bind: ListenAddress(Address(host: "127.0.0.1")!), reusePort: false)
            batch.transmitter.probe(socket.handle)
        }

        mutating func flush() -> CounterSnapshot {
            batch.flush(to: socket.handle, counters: counters)
            counters.publish(to: published, at: Moment(nanoseconds: 0), active: [])
            return published.read().counters
        }
    }

    @Test(arguments: [SendBatch.Gathering.none, .adjacent, .batch], 0..<60 as Range<UInt64>)
    func everyDestinationGetsItsFramesInOrder(gathering: SendBatch.Gathering, seed: UInt64) throws {
        var dice = SeededRandom(seed: seed)
        var bench = try Bench()
        let receivers = (0..<4).map { _ in LoopbackSocket() }
        let sizes = (0..<3).map { _ in Int.random(in: 0...1_500, using: &dice) }
        var sent = [[[UInt8]]](repeating: [], count: receivers.count)
        var memory: [UnsafeMutableRawBufferPointer] = []
        defer { memory.forEach { $0.deallocate() } }
        for number in 0..<Int.random(in: 1...120, using: &dice) {
            let receiver = Int.random(in: receivers.indices, using: &dice)
            let frame = [UInt8(number)] + dice.bytes(sizes.randomElement(using: &dice)!)
            // Some have a header of their own in front.
            let header = Int.random(in: 0..<3, using: &dice) == 0 ? dice.bytes(20) : []
            bench.batch.replyBuffer().copyMemory(from: header, byteCount: header.count)
            sent[receiver].append(header + frame)
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: frame.count, alignment: 1)
            buffer.copyBytes(from: frame)
            memory.append(buffer)
            // Frames that must not be gathered come between those that may (`ShardLoop` keeps to the MTU that way).
            let isApart = gathering == .batch && Int.random(in: 0..<6, using: &dice) == 0
            bench.batch.append(
                buffer.baseAddress!, length: frame.count, header: header.count,
                to: Endpoint(address: receivers[receiver].address), kind: .deliver, outcome: .deliver,
                gather: isApart ? .apart : gathering)
        }
        let counters = bench.flush()
        for (receiver, expected) in zip(receivers, sent) {
            let found = receiver.drain()
            #expect(found == expected, "seed \(seed), \(gathering)")
        }
        let total = sent.reduce(0) { $0 + $1.count }
        #expect(counters.sent(.deliver) == UInt64(total), "seed \(seed)")
        #expect(counters[.deliver] == UInt64(total), "seed \(seed)")
        let bytes = sent.joined().reduce(0) { $0 + $1.count }
        #expect(counters.sentBytes[Int(SentKind.deliver.rawValue)] == UInt64(bytes), "seed \(seed)")
        #expect(gathering != .none || counters.segmentedSends == 0, "seed \(seed)")
    }

    /// Frames for one destination of one size, interleaved with another's.
    private func interleaved(_ gathering: SendBatch.Gathering) throws -> CounterSnapshot {
        var bench = try Bench()
        let receivers = (0..<2).map { _ in LoopbackSocket() }
        let frame = UnsafeMutableRawBufferPointer.allocate(byteCount: 100, alignment: 1)
        defer { frame.deallocate() }
        frame.initializeMemory(as: UInt8.self, repeating: 7)
        for index in 0..<64 {
            bench.batch.append(
                frame.baseAddress!, length: 100, to: Endpoint(address: receivers[index % 2].address), kind: .deliver,
                outcome: .deliver, gather: gathering)
        }
        let counters = bench.flush()
        for receiver in receivers { #expect(receiver.drain().count == 32) }
        return counters
    }

    @Test func aBatchIsRegrouped() throws {
        let counters = try interleaved(.batch)
        // The kernel of the test's host decides whether it can; if so, 64 frames are two messages.
        #expect([2, 64].contains(counters.runLengths.reduce(0, +)))
        #expect(counters.sendCalls == 1)
    }

    /// Frames in two pieces each are one message all the same: the kernel counts bytes, not pieces.
    @Test func framesWithHeadersAreRegroupedToo() throws {
        var bench = try Bench()
        let receiver = LoopbackSocket()
        let payload = UnsafeMutableRawBufferPointer.allocate(byteCount: 100, alignment: 1)
        defer { payload.deallocate() }
        payload.initializeMemory(as: UInt8.self, repeating: 7)
        for index in 0..<64 {
            bench.batch.replyBuffer().initializeMemory(as: UInt8.self, repeating: UInt8(index), count: 20)
            bench.batch.append(
                payload.baseAddress!, length: 100, header: 20, to: Endpoint(address: receiver.address), kind: .mesh,
                outcome: .mesh, gather: .batch)
        }
        let counters = bench.flush()
        #expect([1, 64].contains(counters.runLengths.reduce(0, +)))
        #expect(counters.sendCalls == 1)
        #expect(counters.sentBytes[Int(SentKind.mesh.rawValue)] == 64 * 120)
        let found = receiver.drain()
        #expect(found.count == 64)
        for (index, frame) in found.enumerated() {
            #expect(frame == [UInt8](repeating: UInt8(index), count: 20) + [UInt8](repeating: 7, count: 100))
        }
    }

    @Test func adjacentGatheringLeavesInterleavedFramesAlone() throws {
        #expect(try interleaved(.adjacent).segmentedSends == 0)
    }

    @Test func aMessageTakesAsManyPiecesAsTheKernelAndNoMore() throws {
        var bench = try Bench()
        let receiver = LoopbackSocket()
        let frame = UnsafeMutableRawBufferPointer.allocate(byteCount: 2_000, alignment: 1)
        defer { frame.deallocate() }
        frame.initializeMemory(as: UInt8.self, repeating: 7)
        for length in [10, 2_000] {
            for _ in 0..<200 {
                bench.batch.append(
                    frame.baseAddress!, length: length, to: Endpoint(address: receiver.address), kind: .deliver,
                    outcome: .deliver, gather: .batch)
            }
            let counters = bench.flush()
            #expect(counters.outcomes.reduce(0, +) == counters[.deliver], "none is refused by the kernel")
            #expect(receiver.drain().map(\.count) == Array(repeating: length, count: 200))
        }
    }

    @Test func anErrorKeepsNothingElseFromBeingSent() throws {
        var bench = try Bench()
        let receiver = LoopbackSocket()
        let frame = UnsafeMutableRawBufferPointer.allocate(byteCount: 50, alignment: 1)
        defer { frame.deallocate() }
        frame.initializeMemory(as: UInt8.self, repeating: 7)
        // An IPv4 socket cannot reach IPv6.
        let unreachable = Address(host: "::1", port: 9)!
        for to in [unreachable, receiver.address, unreachable, receiver.address] {
            bench.batch.append(
                frame.baseAddress!, length: 50, to: Endpoint(address: to), kind: .deliver, outcome: .deliver,
                gather: .none)
        }
        let counters = bench.flush()
        #expect(receiver.drain().count == 2)
        #expect(counters[.deliver] == 2)
        #expect(counters[.sendUnreachable] + counters[.sendFailed] == 2)
        #expect(counters.sent(.deliver) == 2)
    }
}

import BeaconBasics
import BeaconCrypto
import Testing

@testable import BeaconCluster

@Suite struct StreamTests {
    let network = FakeNetwork()
    let asker: FakeBeacon
    let server: FakeBeacon

    init() {
        let fleet = network.startFleet(2)
        (asker, server) = (fleet[0], fleet[1])
        network.pass(.milliseconds(500))
    }

    /// Opens a stream of the membership's with a request that it does not understand.
    private func open(_ request: [UInt8] = [1, 2, 3], ticket: UInt64 = 1 << 40) -> (StreamID, [UInt8])? {
        asker.cluster.openStream(
            .membership, ticket, request, to: server.address, beacon: server.id, at: network.time(asker))
        var opened: (StreamID, [UInt8])?
        while let output = asker.cluster.poll() {
            if case .streamOpen(let id, _, let record) = output { opened = (id, record) }
        }
        return opened
    }

    private func serve(_ record: [UInt8]) -> [UInt8]? {
        server.cluster.serve(record.span.bytes, on: StreamID(900), from: asker.address, at: network.time(server))
        var reply: [UInt8]?
        while let output = server.cluster.poll() { if case .streamReply(_, let bytes) = output { reply = bytes } }
        return reply
    }

    @Test func aStreamEndsWhenItsTimeIsOverAndALateReplyIsNobodys() throws {
        network.passesStreams = { _, _ in false }
        let open = try #require(self.open())
        #expect(asker.cluster.streams.count == 1)
        network.pass(.milliseconds(4_990))
        #expect(asker.cluster.streams.count >= 1)
        let failed = asker.counters.streamsFailed
        network.pass(.milliseconds(20))
        #expect(asker.counters.streamsFailed > failed)
        network.act(asker) { $0.streamEnded(open.0, reply: [1, 2, 3], at: $1) }
        #expect(asker.counters.streamsDropped.allSatisfy { $0 == 0 })
    }

    @Test func aRequestIsServedOnceAndOnlyByItsAddressee() throws {
        let record = try #require(self.open()).1
        let stranger = network.start(9)
        stranger.cluster.serve(record.span.bytes, on: StreamID(1), from: asker.address, at: network.time(stranger))
        #expect(stranger.counters.streamsDropped[ControlDrop.badSeal.rawValue] == 1)
        _ = serve(record)
        #expect(server.counters.streamsDropped.allSatisfy { $0 == 0 })
        _ = serve(record)
        #expect(server.counters.streamsDropped[ControlDrop.replay.rawValue] == 1)
        let datagram = asker.sent[0].bytes
        _ = serve(datagram)
        #expect(server.counters.streamsDropped[ControlDrop.unknownMagic.rawValue] == 1)
    }

    @Test func aRecordedReplyAnswersNoOtherRequest() throws {
        let first = try #require(self.open())
        let second = try #require(self.open(ticket: 1 << 41))
        let header = try SealedHeader.parse(first.1.span.bytes).get()
        let reply = server.cluster.seal.seal(
            [1, 5, 6], as: .streamReply, counter: 77_777, for: asker.id, answering: header)
        let failed = asker.counters.streamsFailed
        network.act(asker) { $0.streamEnded(second.0, reply: reply, at: $1) }
        #expect(asker.counters.streamsDropped[ControlDrop.badSeal.rawValue] == 1)
        #expect(asker.counters.streamsFailed == failed + 1)
        network.act(asker) { $0.streamEnded(first.0, reply: reply, at: $1) }
        #expect(asker.counters.streamsDropped[ControlDrop.badSeal.rawValue] == 1)
        #expect(asker.counters.streamsFailed == failed + 1)
    }

    @Test func whatIsTooLongOrNotOursIsRefused() throws {
        let oversize = [UInt8](repeating: 0xB4, count: Streams.maximumRecord + 1)
        #expect(serve(oversize) == nil)
        #expect(server.counters.streamsDropped[ControlDrop.tooLarge.rawValue] == 1)
        let empty = asker.cluster.seal.seal([], as: .streamRequest, counter: 70_000, for: server.id)
        let unknown = asker.cluster.seal.seal([9, 1], as: .streamRequest, counter: 70_001, for: server.id)
        #expect(serve(empty) == nil && serve(unknown) == nil)
        #expect(server.counters.streamsDropped[ControlDrop.malformed.rawValue] == 2)
        let open = try #require(self.open())
        network.act(asker) { $0.streamEnded(open.0, reply: oversize, at: $1) }
        #expect(asker.counters.streamsDropped[ControlDrop.tooLarge.rawValue] == 1)
    }

    @Test func openStreamsAreBounded() {
        network.passesStreams = { _, _ in false }
        for ticket in 0..<300 as Range<UInt64> { _ = open(ticket: 1 << 40 + ticket) }
        #expect(asker.cluster.streams.count == Streams.capacity)
        #expect(asker.counters.streamsFailed >= 44)
    }
}

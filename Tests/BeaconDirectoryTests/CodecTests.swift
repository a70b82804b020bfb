import BeaconBasics
import BeaconWire
import Testing

@testable import BeaconDirectory

@Suite struct CodecTests {
    private static func operations(_ count: Int, _ dice: inout SeededRandom, spread: UInt64 = 250) -> [LogOperation] {
        var nodes: [UInt32: LogOperation.Change] = [:]
        while nodes.count < count {
            let stamp = Stamp((1_790_000_000_000 + dice.next() % spread) << 16 | dice.next() % 300)
            let reason = RemovalReason.allCases.randomElement(using: &dice)!
            nodes[UInt32.random(in: 0 ... .max, using: &dice)] =
                dice.next() % 4 == 0 ? .removed(reason) : .put(stamp)
        }
        return nodes.map { LogOperation(node: NodeID($0.key), change: $0.value) }.sorted { $0.node < $1.node }
    }

    private static func decode(_ bytes: [UInt8]) -> DirectoryMessage? {
        var reader = ControlReader(bytes)
        guard let type = reader.take8(), let count = reader.takeVarint(), var body = reader.takeReader(Int(count))
        else { return nil }
        return DirectoryMessage(type: type, &body)
    }

    private static func encode(_ message: DirectoryMessage) -> [UInt8] {
        var writer = ControlWriter()
        message.write(&writer)
        return writer.bytes
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func batchesComeBackAsTheyWere(seed: UInt64) throws {
        var dice = SeededRandom(seed: seed)
        let operations = Self.operations(Int(dice.next() % 1_000) + 1, &dice, spread: seed % 2 == 0 ? 250 : 1 << 40)
        let after = dice.next() >> (seed % 40 + 3)
        let batches = LogBatch.encode(operations, owner: BeaconID(9), session: SessionID(77), after: after)
        var reached = after
        var back: [LogOperation] = []
        for batch in batches {
            #expect(batch.bytes.count <= LogBatch.limit)
            guard case .batch(let copy) = Self.decode(Self.encode(.batch(batch))) else {
                Issue.record("seed \(seed)")
                return
            }
            #expect(copy == batch)
            #expect(copy.after == reached, "seed \(seed): contiguous")
            let decoded = try #require(copy.operations)
            #expect(copy.last - copy.after == UInt64(decoded.count))
            back += decoded
            reached = copy.last
        }
        #expect(back == operations, "seed \(seed)")
        #expect(reached == after + UInt64(operations.count))
    }

    /// gossip.md §4.4: 7 … 12 bytes an entry, in batches of some size.
    @Test func anOperationTakesSevenToTwelveBytes() {
        var dice = SeededRandom(seed: 3)
        for count in [8, 50, 1_000] {
            let batches = LogBatch.encode(
                Self.operations(count, &dice), owner: BeaconID(9), session: SessionID(77), after: 1 << 30)
            let bytes = batches.reduce(0) { $0 + $1.bytes.count } - 38 * batches.count
            #expect(bytes <= 12 * count)
            #expect(batches.count <= 1 + count / 90)
        }
    }

    @Test func everyMessageComesBackAsItWas() {
        let gap = LogGap(owner: BeaconID(1), session: SessionID(2), after: 3, last: 1 << 40)
        let head = LogHead(owner: BeaconID(1), session: SessionID(5), sequence: .max, root: 7)
        for message in [DirectoryMessage.nack(gap), .gone(BeaconID(8), SessionID(9)), .head(head)] {
            #expect(Self.decode(Self.encode(message)) == message)
        }
    }

    /// Any bytes: a value or nil, and no prefix of a message is taken for a whole one.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func decodersAreTotal(seed: UInt64) {
        var dice = SeededRandom(seed: seed)
        for _ in 0..<2_000 {
            let bytes = (0..<Int(dice.next() % 80)).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
            for type in UInt8(0x1F)...0x26 {
                var reader = ControlReader(bytes)
                if case .batch(let batch) = DirectoryMessage(type: type, &reader) { _ = batch.operations }
            }
            var reader = ControlReader(bytes)
            _ = PullRequest(&reader)
            reader = ControlReader(bytes)
            _ = RepairRequest(&reader)
            _ = PullReply(bytes, to: PullRequest(from: 0, end: PullRequest.end, owners: []))
            _ = RepairReply(bytes, bits: 3)
            _ = ShardEntries.decode(bytes)
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func cutOrFlippedBatchesAreRefusedOrWhole(seed: UInt64) {
        var dice = SeededRandom(seed: seed)
        let batch = LogBatch.encode(
            Self.operations(20, &dice), owner: BeaconID(9), session: SessionID(77), after: 5)[0]
        for cut in 0..<batch.bytes.count {
            var reader = ControlReader(Array(batch.bytes[..<cut]))
            #expect(LogBatch(&reader)?.operations == nil)
        }
        for _ in 0..<2_000 {
            var bytes = batch.bytes
            bytes[Int(dice.next() % UInt64(bytes.count))] ^= 1 << UInt8(dice.next() % 8)
            var reader = ControlReader(bytes)
            guard let flipped = LogBatch(&reader), let operations = flipped.operations else { continue }
            #expect(operations.count == Int(flipped.last - flipped.after))
            #expect(zip(operations, operations.dropFirst()).allSatisfy { $0.node < $1.node })
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func shardEntriesComeBackAndAreCutBetweenPlaces(seed: UInt64) throws {
        var dice = SeededRandom(seed: seed)
        var entries: [ShardEntry] = []
        for _ in 0..<2_000 {
            let place = Place(UInt32(truncatingIfNeeded: dice.next() >> (seed % 2 == 0 ? 32 : 54)))
            let stamp = Stamp((1_790_000_000_000 + dice.next() % 100_000) << 16 | dice.next() % 3)
            entries.append(ShardEntry(place: place, owner: UInt16(dice.next() % 500), stamp: stamp))
        }
        entries.sort(by: ShardEntry.isBefore)
        entries = entries.enumerated().filter { index, entry in
            index == 0 || ShardEntry.isBefore(entries[index - 1], entry)
        }.map(\.element)
        let whole = ShardEntries.encode(entries, limit: .max)
        #expect(whole.count == entries.count)
        #expect(ShardEntries.decode(whole.bytes) == entries)
        let cut = ShardEntries.encode(entries, limit: 4_000)
        #expect(cut.bytes.count <= 4_000)
        #expect(cut.count > 100 && cut.count < entries.count)
        #expect(entries[cut.count].place != entries[cut.count - 1].place)
        #expect(ShardEntries.decode(cut.bytes) == Array(entries[..<cut.count]))
    }

    @Test func exchangesComeBackAsTheyWere() throws {
        let owners = (1...3).map {
            PullRequest.Owner(beacon: BeaconID($0), session: SessionID(7), cursor: UInt64($0) << 30)
        }
        let request = PullRequest(from: 5, end: PullRequest.end, owners: owners)
        var reader = ControlReader(request.bytes)
        #expect(reader.take8() == 1)
        #expect(PullRequest(&reader) == request)
        let entries = [ShardEntry(place: Place(9), owner: 2, stamp: Stamp(1 << 40))]
        let packed = ShardEntries.encode(entries, limit: 1_000).bytes
        let served = [PullReply.Served(index: 2, cursor: 8), PullReply.Served(index: 0, cursor: 9)]
        let bytes = try #require(PullReply.bytes(next: 10, served: served, packed: packed))
        let reply = try #require(PullReply(bytes, to: request))
        #expect(reply.entries == entries && reply.served == served && reply.next == 10)
        // Of an owner that is not served; from outside the range; not of the request.
        let one = [served[1]]
        #expect(PullReply(try #require(PullReply.bytes(next: 10, served: one, packed: packed)), to: request) == nil)
        #expect(PullReply(try #require(PullReply.bytes(next: 9, served: served, packed: packed)), to: request) == nil)
        let later = PullRequest(from: 10, end: PullRequest.end, owners: owners)
        #expect(PullReply(try #require(PullReply.bytes(next: 12, served: served, packed: packed)), to: later) == nil)
        let repair = RepairRequest(
            owner: BeaconID(1), session: SessionID(2), cursor: 3, bits: 2, digests: [1, 2, 3, 4])
        reader = ControlReader(repair.bytes)
        #expect(reader.take8() == 2)
        #expect(RepairRequest(&reader) == repair)
    }

    /// What is promised and not there costs no memory.
    @Test func aLyingLengthIsRefused() {
        var writer = ControlWriter()
        writer.putVarint(1 << 50)
        writer.append([1, 2, 3])
        var reader = ControlReader(writer.bytes)
        #expect(ShardEntries.unpack(&reader) == nil)
    }
}

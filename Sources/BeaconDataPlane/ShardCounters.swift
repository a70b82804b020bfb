import BeaconBasics
import BeaconClock
import BeaconRelay
import Synchronization

/// One shard's counters: plain numbers that its thread owns. Nobody else ever touches these cache lines; readers get
/// the copy in `PublishedCounters`.
struct ShardCounters: ~Copyable {
    private let memory: ZeroedMemory
    private let words: UnsafeMutablePointer<UInt64>

    /// Where each counter is, as constants. The order is `PublishedCounters.snapshot`'s.
    enum Slot {
        static var receivedPackets: Int { 0 }
        static var receivedBytes: Int { receivedPackets + ReceivedKind.count }
        static var sentPackets: Int { receivedBytes + ReceivedKind.count }
        static var sentBytes: Int { sentPackets + SentKind.count }
        static var outcomes: Int { sentBytes + SentKind.count }
        static var batchSizes: Int { outcomes + Outcome.count }
        static var runLengths: Int { batchSizes + CounterSnapshot.bucketCount }
        static var receiveCalls: Int { runLengths + CounterSnapshot.bucketCount }
        static var sendCalls: Int { receiveCalls + 1 }
        static var segmentedSends: Int { sendCalls + 1 }
        static var coalescedReceives: Int { segmentedSends + 1 }
        static var receivePauses: Int { coalescedReceives + 1 }
        static var framesDoubtful: Int { receivePauses + 1 }
        static var framesLost: Int { framesDoubtful + 1 }
        static var residence: Int { framesLost + 1 }
        static var residenceSum: Int { residence + CounterSnapshot.bucketCount }
        static var count: Int { residenceSum + 1 }
    }

    init() {
        memory = ZeroedMemory(byteCount: Slot.count * 8)
        words = memory.base.assumingMemoryBound(to: UInt64.self)
    }

    @inline(__always)
    func add(_ slot: Int, _ amount: UInt64 = 1) { words[slot] &+= amount }

    func set(_ slot: Int, _ value: UInt64) { words[slot] = value }

    @inline(__always)
    func received(_ kind: ReceivedKind, bytes: Int) {
        words[Slot.receivedPackets + Int(kind.rawValue)] &+= 1
        words[Slot.receivedBytes + Int(kind.rawValue)] &+= UInt64(bytes)
    }

    @inline(__always)
    func sent(_ kind: SentKind, packets: Int, bytes: Int) {
        words[Slot.sentPackets + Int(kind.rawValue)] &+= UInt64(packets)
        words[Slot.sentBytes + Int(kind.rawValue)] &+= UInt64(bytes)
    }

    func sentPackets(_ kind: SentKind) -> UInt64 { words[Slot.sentPackets + Int(kind.rawValue)] }

    @inline(__always)
    func count(_ outcome: Outcome, _ amount: Int = 1) {
        words[Slot.outcomes + Int(outcome.rawValue)] &+= UInt64(amount)
    }

    /// Counts a batch or run of `size` in the histogram at `slot`.
    @inline(__always)
    func observe(_ size: Int, in slot: Int) {
        // Buckets are 1, 2, 4, … 64 and more: the position of the highest bit of size - 1.
        let bucket = size <= 1 ? 0 : min(UInt64.bitWidth - UInt64(size - 1).leadingZeroBitCount, 7)
        words[slot + bucket] &+= 1
    }

    /// Counts one sample of how long a datagram stayed here.
    func observeResidence(_ nanoseconds: UInt64) {
        let bounds = CounterSnapshot.residenceBounds
        add(Slot.residence + (bounds.firstIndex { nanoseconds <= $0 } ?? bounds.count))
        add(Slot.residenceSum, nanoseconds)
    }

    func publish(to published: PublishedCounters, at now: Moment, active: Offloads) {
        published.write(words, at: now, cpu: SystemClock.threadCPU(), active: active)
    }
}

/// The readers' copy of a shard's counters, refreshed a few times a second under a sequence lock.
final class PublishedCounters: @unchecked Sendable {
    private let memory: ZeroedMemory
    private let words: UnsafeMutablePointer<Atomic<UInt64>>
    private static let publishedAt = ShardCounters.Slot.count + 1
    private static let cpu = ShardCounters.Slot.count + 2
    private static let active = ShardCounters.Slot.count + 3

    struct Reading {
        var counters = CounterSnapshot()
        var publishedAt = Moment(nanoseconds: 0)
        var cpu = Delay(nanoseconds: 0)
        var active: Offloads = []
    }

    init() {
        memory = ZeroedMemory(byteCount: (ShardCounters.Slot.count + 4) * 8)
        words = memory.base.assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    /// The owner's side. Word 0 is the sequence.
    fileprivate func write(_ source: UnsafeMutablePointer<UInt64>, at now: Moment, cpu: Delay, active: Offloads) {
        let sequence = words[0].load(ordering: .relaxed)
        words[0].store(sequence &+ 1, ordering: .relaxed)
        for slot in 0..<ShardCounters.Slot.count { words[slot + 1].store(source[slot], ordering: .releasing) }
        words[Self.publishedAt].store(now.nanoseconds, ordering: .releasing)
        words[Self.cpu].store(cpu.nanoseconds, ordering: .releasing)
        words[Self.active].store(UInt64(active.rawValue), ordering: .releasing)
        words[0].store(sequence &+ 2, ordering: .releasing)
    }

    func read() -> Reading {
        while true {
            let before = words[0].load(ordering: .acquiring)
            let copy = (0..<ShardCounters.Slot.count + 4).map { words[$0].load(ordering: .acquiring) }
            guard before & 1 == 0, words[0].load(ordering: .relaxed) == before else { continue }
            return Reading(
                counters: Self.snapshot(Array(copy[1...])),
                publishedAt: Moment(nanoseconds: copy[Self.publishedAt]), cpu: Delay(nanoseconds: copy[Self.cpu]),
                active: Offloads(rawValue: UInt32(truncatingIfNeeded: copy[Self.active])))
        }
    }

    private static func snapshot(_ words: [UInt64]) -> CounterSnapshot {
        typealias Slot = ShardCounters.Slot
        var counters = CounterSnapshot()
        counters.receivedPackets = Array(words[Slot.receivedPackets..<Slot.receivedBytes])
        counters.receivedBytes = Array(words[Slot.receivedBytes..<Slot.sentPackets])
        counters.sentPackets = Array(words[Slot.sentPackets..<Slot.sentBytes])
        counters.sentBytes = Array(words[Slot.sentBytes..<Slot.outcomes])
        counters.outcomes = Array(words[Slot.outcomes..<Slot.batchSizes])
        counters.batchSizes = Array(words[Slot.batchSizes..<Slot.runLengths])
        counters.runLengths = Array(words[Slot.runLengths..<Slot.receiveCalls])
        counters.receiveCalls = words[Slot.receiveCalls]
        counters.sendCalls = words[Slot.sendCalls]
        counters.segmentedSends = words[Slot.segmentedSends]
        counters.coalescedReceives = words[Slot.coalescedReceives]
        counters.receivePauses = words[Slot.receivePauses]
        counters.framesDoubtful = words[Slot.framesDoubtful]
        counters.framesLost = words[Slot.framesLost]
        counters.residence = Array(words[Slot.residence..<Slot.residenceSum])
        counters.residenceSum = words[Slot.residenceSum]
        return counters
    }
}

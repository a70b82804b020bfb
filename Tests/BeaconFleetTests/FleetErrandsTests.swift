import BeaconBasics
import BeaconCrypto
import Dispatch
import Testing

@testable import BeaconFleet

@Suite(.timeLimit(.minutes(5)))
struct FleetErrandsTests {
    private final class Journal: Sendable {
        private let lines = Guarded([String]())
        var all: [String] { lines.withLock { $0 } }
        func write(_ line: String) { lines.withLock { $0.append(line) } }
    }

    private struct DiskFull: Error, CustomStringConvertible { let description = "the disk is full" }

    private static func ring(_ byte: UInt8) -> KeyRing { KeyRing([[UInt8](repeating: byte, count: 32)])! }

    @Test func inOrderAndAllBeforeTheEnd() {
        let journal = Journal()
        let errands = FleetErrands(
            onEvent: { if case .socketLost(let name) = $0 { journal.write(name) } }, storeKeys: { _ in })
        for number in 0..<100 { #expect(errands.tell(.socketLost("\(number)"))) }
        errands.stop()
        #expect(journal.all == (0..<100).map(String.init))
    }

    @Test func keysAreStoredAndThatIsTold() {
        let journal = Journal()
        let errands = FleetErrands(
            onEvent: { event in
                if case .keysStored(let ids) = event { journal.write("stored \(ids)") }
                if case .keysNotStored(let reason) = event { journal.write("not stored: \(reason)") }
            },
            storeKeys: { if $0 == Self.ring(2) { throw DiskFull() } })
        errands.store(Self.ring(1))
        errands.stop()
        #expect(journal.all == ["stored \(Self.ring(1).keyIDs)"])
        let failing = FleetErrands(
            onEvent: { if case .keysNotStored(let reason) = $0 { journal.write(reason) } },
            storeKeys: { _ in throw DiskFull() })
        failing.store(Self.ring(2))
        failing.stop()
        #expect(journal.all.last == "the disk is full")
    }

    /// Behind a log that takes nothing: events are refused, keys are not; of several rings the newest is stored.
    @Test func aLogThatIsStuck() {
        let (journal, stuck, begun) = (Journal(), DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let errands = FleetErrands(
            onEvent: { event in
                if case .left = event {
                    begun.signal()
                    stuck.wait()
                }
            },
            storeKeys: { journal.write("\($0.keyIDs)") })
        #expect(errands.tell(.left))
        begun.wait()
        for _ in 1..<FleetErrands.capacity { #expect(errands.tell(.rescan)) }
        #expect(!errands.tell(.rescan))
        errands.store(Self.ring(1))
        errands.store(Self.ring(2))
        stuck.signal()
        errands.stop()
        #expect(journal.all == ["\(Self.ring(2).keyIDs)"])
    }
}

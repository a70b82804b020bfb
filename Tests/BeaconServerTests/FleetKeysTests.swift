import BeaconAdmin
import BeaconBasics
import BeaconCluster
import BeaconCrypto
import BeaconFleet
import BeaconTestKit
import Glibc
import Testing

@testable import BeaconServer

@Suite struct FleetKeysTests {
    private static func secret(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 32) }
    private static func ring(_ bytes: UInt8...) -> KeyRing { KeyRing(bytes.map(secret))! }

    // MARK: The file

    @Test func readingTellsWhatIsNew() throws {
        var directory = TemporaryDirectory()
        let path = directory.write(FleetKeyFile.text(of: Self.ring(1)))
        let keys = FleetKeys(Self.ring(1), file: path)
        #expect(try keys.reload() == nil)
        _ = directory.write(FleetKeyFile.text(of: Self.ring(2, 1)))
        #expect(try keys.reload() == Self.ring(2, 1))
        #expect(try keys.reload() == nil, "once")
    }

    /// The fleet goes on with the keys it has, and what is good later is taken.
    @Test func aFileThatIsBadForAWhile() throws {
        var directory = TemporaryDirectory()
        let path = directory.write("nonsense")
        let keys = FleetKeys(Self.ring(1), file: path)
        #expect(throws: InvalidValue.self) { try keys.reload() }
        _ = directory.write(FleetKeyFile.text(of: Self.ring(1)))
        #expect(try keys.reload() == nil)
    }

    @Test func aRotationIsWrittenAndNotTakenForNews() throws {
        var directory = TemporaryDirectory()
        let path = directory.write(FleetKeyFile.text(of: Self.ring(1)))
        let keys = FleetKeys(Self.ring(1), file: path)
        try keys.store(Self.ring(2, 1))
        #expect(try FleetKeyFile.read(path) == Self.ring(2, 1))
        #expect(try keys.reload() == nil)
    }

    /// What an operator has written there, remarks and all, is not written over with the same keys.
    @Test func whatCameFromTheFileIsLeftThere() throws {
        var directory = TemporaryDirectory()
        let text = "# ours\n" + FleetKeyFile.text(of: Self.ring(1))
        let path = directory.write(text)
        let keys = FleetKeys(Self.ring(1), file: path)
        try keys.store(Self.ring(1))
        #expect(try String(decoding: SmallFile.read(path, limit: 10_000).bytes, as: UTF8.self) == text)
    }

    /// A rotation that could not be stored: reading the file again must not bring the old key back, and the next
    /// attempt writes it.
    @Test func aRotationThatCannotBeWritten() throws {
        var directory = TemporaryDirectory()
        let path = directory.write(FleetKeyFile.text(of: Self.ring(1)))
        // A directory stands where the new file is prepared.
        try #require(mkdir("\(path).new", 0o700) == 0)
        let keys = FleetKeys(Self.ring(1), file: path)
        #expect(throws: SmallFile.Failure.self) { try keys.store(Self.ring(2, 1)) }
        #expect(try keys.reload() == nil)
        try #require(rmdir("\(path).new") == 0)
        try keys.store(Self.ring(2, 1))
        #expect(try FleetKeyFile.read(path) == Self.ring(2, 1))
    }

    @Test func aFleetWithoutAKey() throws {
        let keys = FleetKeys(.insecure, file: nil)
        let error = #expect(throws: InvalidValue.self) { try keys.reload() }
        #expect(error?.reason == "the fleet runs without a key file")
        try keys.store(Self.ring(1))
    }

    // MARK: Rotations

    private func note(_ keys: FleetKeys, _ step: KeyRotationEvent, at now: Moment) {
        keys.note(.cluster(.keyRotation(step)), at: now)
    }

    @Test func aRotationFromItsBeginningToItsEnd() {
        let keys = FleetKeys(Self.ring(1), file: nil)
        var clock = ManualClock()
        #expect(keys.rotation(at: clock.now) == FleetRotation())
        note(keys, .began(keyID: 7), at: clock.now)
        note(keys, .acknowledged(by: BeaconID(2), remaining: 1), at: clock.advance(.seconds(1)))
        note(keys, .acknowledged(by: BeaconID(3), remaining: 0), at: clock.now)
        keys.note(.left, at: clock.now)
        var expected = FleetRotation()
        (expected.state, expected.keyID, expected.acknowledged, expected.ageSeconds) = (.running, 7, 2, 1)
        #expect(keys.rotation(at: clock.now) == expected)
        note(keys, .completed(keyID: 7), at: clock.now)
        (expected.state, expected.ageSeconds) = (.completed, 3)
        #expect(keys.rotation(at: clock.advance(.seconds(2))) == expected)
    }

    @Test func aRotationThatIsGivenUpNamesWhoHasNotTheKey() {
        let keys = FleetKeys(Self.ring(1), file: nil)
        let now = ManualClock().now
        note(keys, .began(keyID: 7), at: now)
        note(keys, .abandoned(keyID: 7, missing: [BeaconID(4)]), at: now)
        #expect(keys.rotation(at: now).state == .abandoned)
        #expect(keys.rotation(at: now).missing == [BeaconID(4)])
        note(keys, .began(keyID: 8), at: now)
        #expect(keys.rotation(at: now).state == .running && keys.rotation(at: now).missing.isEmpty)
    }

    /// Another beacon's, or one of ours before the last.
    @Test func othersRotationsChangeNothing() {
        let keys = FleetKeys(Self.ring(1), file: nil)
        let now = ManualClock().now
        note(keys, .adopted(keyID: 9, from: BeaconID(2)), at: now)
        note(keys, .completed(keyID: 9), at: now)
        note(keys, .offeredToStraggler(BeaconID(3), keyID: 9), at: now)
        #expect(keys.rotation(at: now) == FleetRotation())
        note(keys, .began(keyID: 7), at: now)
        note(keys, .abandoned(keyID: 6, missing: [BeaconID(4)]), at: now)
        #expect(keys.rotation(at: now).state == .running)
    }
}

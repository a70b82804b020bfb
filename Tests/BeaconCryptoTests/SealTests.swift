import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconCrypto

/// Two beacons of one fleet.
private struct Pair {
    var alice: Seal
    var bob: Seal
    var bobsPeers = SealedPeers()

    init(label: String = "test", salt: UInt32 = 0xA1A2_A3A4, session: UInt64 = 1_000) {
        let ring = KeyRing([[UInt8](repeating: 7, count: 32)])!
        alice = Seal(
            ring: ring, origin: SealOrigin(sender: BeaconID(1), session: SessionID(session), salt: salt), label: label)
        bob = Seal(
            ring: ring, origin: SealOrigin(sender: BeaconID(2), session: SessionID(2_000), salt: 9), label: label)
    }

    mutating func opened(_ record: [UInt8], as kind: SealKind = .datagram) -> Result<[UInt8], SealFailure> {
        bobsPeers.open(record.span.bytes, as: kind, with: bob).map(\.text)
    }
}

@Suite struct SealTests {
    static let text = Array("a few messages".utf8)

    /// Pins the wire: these bytes are what Python's hmac and cryptography, and a SipHash of its own, come to.
    @Test func aKnownRecord() {
        let record = Pair().alice.seal(Self.text, as: .datagram, counter: 0x0102_0304_0506, for: BeaconID(2))
        let header = "b1·02·8d9e·00000001·0000000003e8·a1a2a3a4·010203040506"
        #expect(hex(record.prefix(24)) == hex(bytes(header)))
        #expect(record.count == 24 + Self.text.count + 16 + 8)
        let sealed = "0854e194e6c82385abdc35e05b02·e7b90f1283d722c9ad13343c4c5d9e26"
        #expect(hex(record.dropFirst(24)) == hex(bytes(sealed + "·35e0295bc87607b5")))
    }

    @Test func opensOnceAndOnlyAtItsRecipient() {
        var pair = Pair()
        let record = pair.alice.seal(Self.text, as: .datagram, counter: 1, for: BeaconID(2))
        #expect(pair.opened(record) == .success(Self.text))
        #expect(pair.opened(record) == .failure(.replay))
        let forOther = pair.alice.seal(Self.text, as: .datagram, counter: 2, for: BeaconID(3))
        #expect(pair.opened(forOther) == .failure(.badSeal))
        let forAnybody = pair.alice.seal(Self.text, as: .datagram, counter: 1, for: nil)
        #expect(pair.opened(forAnybody) == .success(Self.text))
        #expect(pair.opened(forAnybody) == .failure(.replay))
    }

    @Test func everyFlippedByteIsNoticed() {
        var pair = Pair()
        let record = pair.alice.seal(Self.text, as: .datagram, counter: 1, for: BeaconID(2))
        for index in record.indices {
            for mask in [0x01, 0x80, 0xFF] as [UInt8] {
                var bad = record
                bad[index] ^= mask
                guard case .failure(let failure) = pair.opened(bad) else {
                    Issue.record("byte \(index) may be changed")
                    continue
                }
                let expected: Set<SealFailure> =
                    switch index {
                    case 0: [.unknownMagic, .badSeal]
                    case 1: [.otherVersion]
                    case 2, 3: [.unknownKey]
                    default: [.badSeal]
                    }
                #expect(expected.contains(failure), "byte \(index): \(failure)")
            }
        }
        #expect(pair.bobsPeers.count == 0, "a stranger was remembered")
        #expect(pair.opened(record) == .success(Self.text), "a forgery has used up the counter")
    }

    @Test func noPrefixAndNoLongerRecordOpens() {
        var pair = Pair()
        let record = pair.alice.seal(Self.text, as: .datagram, counter: 1, for: BeaconID(2))
        for length in 0..<record.count {
            let expected: SealFailure = length < 48 ? .runt : .badSeal
            #expect(pair.opened(Array(record.prefix(length))) == .failure(expected), "\(length) bytes")
        }
        #expect(pair.opened(record + [0]) == .failure(.badSeal))
    }

    @Test func anotherLabelKeyOrKindDoesNotOpen() {
        var pair = Pair()
        let foreign = Pair(label: "tesu").alice.seal(Self.text, as: .datagram, counter: 1, for: BeaconID(2))
        #expect(pair.opened(foreign) == .failure(.badSeal))
        var stranger = pair.alice
        stranger.use(KeyRing([[UInt8](repeating: 8, count: 32)])!)
        let sealed = stranger.seal(Self.text, as: .datagram, counter: 1, for: BeaconID(2))
        #expect(pair.opened(sealed) == .failure(.unknownKey))
        let request = pair.alice.seal(Self.text, as: .streamRequest, counter: 1, for: BeaconID(2))
        #expect(pair.opened(request) == .failure(.unknownMagic))
        #expect(pair.opened(request, as: .streamRequest) == .success(Self.text))
        var relabelled = request
        relabelled[0] = 0xB1
        #expect(pair.opened(relabelled) == .failure(.badSeal))
    }

    @Test func anyKeyOfTheRingOpensAndTheSealerMayChoose() {
        var pair = Pair()
        let new = [UInt8](repeating: 8, count: 32)
        let both = pair.bob.ring.sealing(new)!
        pair.bob.use(both)
        let old = pair.alice.seal(Self.text, as: .datagram, counter: 1, for: BeaconID(2))
        #expect(pair.opened(old) == .success(Self.text))
        pair.alice.use(both)
        let underNew = pair.alice.seal(Self.text, as: .datagram, counter: 2, for: BeaconID(2))
        let underOld = pair.alice.seal(
            Self.text, as: .datagram, counter: 3, for: BeaconID(2), keyID: both.keyIDs[1])
        #expect(Array(underNew[2..<4]) != Array(underOld[2..<4]))
        #expect(pair.opened(underNew) == .success(Self.text))
        #expect(pair.opened(underOld) == .success(Self.text))
        #expect(pair.opened(underOld) == .failure(.replay), "one window for all keys")
        pair.bob.use(KeyRing([new])!)
        let retired = pair.alice.seal(Self.text, as: .datagram, counter: 4, for: BeaconID(2), keyID: both.keyIDs[1])
        #expect(pair.opened(retired) == .failure(.unknownKey))
    }

    @Test func noTwoProcessesShareAKeyStream() {
        // One session (the clock went back), one counter, another salt: the texts' difference must not show.
        let first = Pair(salt: 1).alice.seal(Self.text, as: .datagram, counter: 1, for: BeaconID(2))
        let second = Pair(salt: 2).alice.seal(Self.text, as: .datagram, counter: 1, for: BeaconID(2))
        let later = Pair(salt: 1, session: 1_001).alice.seal(Self.text, as: .datagram, counter: 1, for: BeaconID(2))
        let bodies = Set([first, second, later].map { Array($0[24...]) })
        #expect(bodies.count == 3)
    }

    @Test func labelsAreCutAt64Bytes() {
        let long = String(repeating: "x", count: 64)
        #expect(Pair(label: long).alice.label == Pair(label: long + "y").alice.label)
        #expect(Pair(label: long).alice.label.count == 64)
    }
}

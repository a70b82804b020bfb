import BeaconBasics
import BeaconCrypto
import BeaconDirectory
import BeaconMembership
import BeaconTestKit
import BeaconWire
import Testing

@testable import BeaconCluster

private let stranger = Address(ipv4: 0xC633_6401, port: 6_000)

@Suite struct HostileTests {
    let network = FakeNetwork()
    let fleet: [FakeBeacon]

    init() {
        fleet = network.startFleet(3)
        network.pass(.seconds(1))
    }

    /// A member's seal, as somebody who has the key could make it.
    private func seal(_ beacon: UInt32 = 9, session: UInt64 = FakeNetwork.epoch + 10_000_000) -> Seal {
        let origin = SealOrigin(sender: BeaconID(beacon), session: SessionID(session), salt: 77)
        return Seal(ring: KeyRing([fleetSecret])!, origin: origin, label: "")
    }

    /// What a stranger cannot change.
    private func view(_ beacon: FakeBeacon) -> [String] {
        beacon.cluster.members.map { "\($0.member)" } + beacon.cluster.owners.map { "\($0.owner) \($0.cursor)" }
            + ["\(beacon.cluster.keys.secrets)", "\(beacon.cluster.me)"]
    }

    /// Random bytes, real datagrams with changes, and real headers with random bodies.
    @Test func aHundredThousandForgeriesChangeNothingButCounters() {
        var dice = SeededRandom(seed: 3)
        let victim = fleet[0]
        let real = fleet.flatMap { $0.sent.map(\.bytes) }
        let before = (view(victim), victim.sent.count, victim.counters, victim.events.count)
        for round in 0..<100_000 {
            var bytes = round % 3 == 0 ? dice.bytes(Int.random(in: 0...200, using: &dice)) : real[round % real.count]
            if round % 3 == 1 {
                bytes[Int.random(in: 0..<bytes.count, using: &dice)] ^= UInt8.random(in: 1...255, using: &dice)
            }
            if round % 3 == 2 { bytes = Array(bytes[..<24]) + dice.bytes(Int.random(in: 0...1_300, using: &dice)) }
            victim.cluster.receive(bytes.span.bytes, from: stranger, at: network.time(victim))
            let output = victim.cluster.poll()
            if case .event(.unknownKey) = output { continue }
            #expect(output == nil)
        }
        #expect(view(victim) == before.0)
        let (old, new) = (before.2, victim.counters)
        #expect(new.opened == old.opened && new.datagramsSent == old.datagramsSent)
        #expect(new.datagramsReceived - old.datagramsReceived == 100_000)
        #expect(new.datagramsReceived == new.opened + new.dropped.reduce(0, +))
        for reason in [ControlDrop.runt, .unknownMagic, .otherVersion, .unknownKey, .badSeal, .ownEcho, .tooLarge] {
            #expect(new.dropped(reason) > old.dropped(reason), "never tried: \(reason.name)")
        }
        #expect(fleet[0].live == [2, 3])
    }

    @Test func aReplayedHourChangesNothing() {
        let victim = fleet[1]
        let mine = fleet.filter { $0 !== victim }.flatMap(\.sent).filter { $0.to == victim.address }.map(\.bytes)
        #expect(mine.count > 10)
        let before = (view(victim), victim.counters)
        for bytes in mine { network.inject(bytes, into: victim, from: stranger) }
        #expect(view(victim) == before.0)
        #expect(victim.counters.dropped(.replay) - before.1.dropped(.replay) == UInt64(mine.count))
        #expect(victim.counters.opened == before.1.opened)
    }

    @Test func aDatagramForOneBeaconDoesNotOpenAtAnother() {
        let forSecond = fleet[0].sent.filter { $0.to == fleet[1].address && $0.bytes[0] & 1 == 1 }.map(\.bytes)
        #expect(!forSecond.isEmpty)
        let before = fleet[2].counters.opened
        for bytes in forSecond { network.inject(bytes, into: fleet[2], from: stranger) }
        #expect(fleet[2].counters.opened == before)
    }

    @Test func whatAMemberSendsBrokenIsDroppedWholeAndTheUnknownIsSkipped() {
        let member = seal()
        var counter: UInt64 = 0
        let send = { (text: [UInt8]) in
            counter += 1
            let record = member.seal(text, as: .datagram, counter: counter, for: BeaconID(1))
            network.inject(record, into: fleet[0], from: stranger)
        }
        let malformed = { fleet[0].counters.dropped(.malformed) }
        send([0x43])
        send([0x43, 5, 1, 2])
        send([0x7F, 0x80])
        send([0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01])
        #expect(malformed() == 4)
        let skipped = fleet[0].counters.messagesSkipped
        // Another layer's type, a reserved one, ours with a short body, directory's with none.
        send([0x7F, 2, 1, 2] + [0x5F, 0] + [0x43, 1, 0] + [0x20, 0] + [0x00, 0])
        #expect(malformed() == 4)
        #expect(fleet[0].counters.messagesSkipped - skipped == 5)
        #expect(fleet[0].counters.opened == fleet[0].counters.datagramsReceived - 4)
        send([])
        #expect(fleet[0].counters.dropped(.malformed) == 4, "a datagram without a message is an empty one")
    }

    @Test func anOldSessionIsToldOnceASecondAndNeverMoreThanItSent() {
        let victim = fleet[0]
        let old = seal(2, session: 5)
        var counter: UInt64 = 0
        let send = { (length: Int) in
            counter += 1
            let text = [0x7F, UInt8(length)] + [UInt8](repeating: 0, count: length)
            let record = old.seal(text, as: .datagram, counter: counter, for: nil)
            network.inject(record, into: victim, from: stranger)
            return record
        }
        let sent = { victim.sent.filter { $0.to == stranger } }
        _ = send(1)
        #expect(sent().isEmpty, "the answer would be longer than the question")
        network.pass(.seconds(2))
        // There are news to tell; they do not go along.
        victim.cluster.setDrain(DrainDeadline(unixSeconds: 1), at: network.time(victim))
        let question = send(60)
        #expect(sent().count == 1)
        #expect((sent().first?.bytes.count ?? 9_999) <= question.count)
        for _ in 0..<50 { _ = send(100) }
        #expect(sent().count == 1)
        network.pass(.seconds(1))
        var forged = send(100)
        #expect(sent().count == 2)
        network.pass(.seconds(2))
        forged[60] ^= 1
        network.inject(forged, into: victim, from: stranger)
        #expect(sent().count == 2, "a forgery was answered")
    }

    @Test func aThousandMembersInventedByAnInsiderStayBounded() {
        for beacon in 100..<6_000 as Range<UInt32> {
            let record = seal(beacon).seal([0x41, 6, 0, 0, 0, 0, 0, 1], as: .datagram, counter: 1, for: BeaconID(1))
            fleet[0].cluster.receive(record.span.bytes, from: stranger, at: network.time(fleet[0]))
            while fleet[0].cluster.poll() != nil {}
        }
        #expect(fleet[0].cluster.peers.count == SealedPeers.capacity)
        #expect(fleet[0].cluster.links.all.count <= Links.capacity)
        #expect(fleet[0].counters.peersEvicted > 0)
    }
}

import BeaconBasics
import BeaconWire
import Testing

@testable import BeaconCluster

@Suite struct OutboxTests {
    let first = Outbox.Destination(address: Address(ipv4: 1, port: 1), beacon: BeaconID(1))
    let second = Outbox.Destination(address: Address(ipv4: 2, port: 1), beacon: nil)

    private func add(_ outbox: inout Outbox, _ length: Int, to destination: Outbox.Destination, _ key: UInt16? = nil) {
        outbox.add(to: destination, keyID: key) { $0.append([UInt8](repeating: 1, count: length)) }
    }

    private func sizes(_ outbox: inout Outbox) -> [Int] {
        var sizes: [Int] = []
        while let parcel = outbox.pop() { sizes.append(parcel.writer.count) }
        return sizes
    }

    @Test func whatGoesToOnePlaceSharesADatagramWhileThereIsRoom() {
        var outbox = Outbox()
        for length in [1_000, 100, 84, 1, 500] { add(&outbox, length, to: first) }
        let sent = sizes(&outbox)
        #expect(sent == [1_184, 501])
    }

    @Test func placesAreServedInTheOrderOfTheirFirstMessage() {
        var outbox = Outbox()
        add(&outbox, 1, to: first)
        add(&outbox, 2, to: second)
        add(&outbox, 10, to: first)
        let sent = sizes(&outbox)
        #expect(sent == [11, 2])
        #expect(outbox.isEmpty)
    }

    @Test func oneHostMayBeKnownByNumberOrNot() {
        var outbox = Outbox()
        add(&outbox, 1, to: first)
        add(&outbox, 2, to: Outbox.Destination(address: first.address, beacon: nil))
        let sent = sizes(&outbox)
        #expect(sent == [1, 2])
    }

    @Test func anotherKeyIsAnotherDatagram() {
        var outbox = Outbox()
        add(&outbox, 1, to: first)
        add(&outbox, 2, to: first, 5)
        add(&outbox, 3, to: first, 5)
        let sent = sizes(&outbox)
        #expect(sent == [1, 5])
    }

    @Test func aMessageLargerThanADatagramIsCountedAndNotSent() {
        var outbox = Outbox()
        add(&outbox, 10, to: first)
        add(&outbox, Outbox.maximumBody + 1, to: first)
        add(&outbox, 5, to: first)
        #expect(outbox.tooLarge == 1)
        let sent = sizes(&outbox)
        #expect(sent == [15])
    }

    @Test func aFullBoxRefusesAndTakesAgainWhenItIsEmptied() {
        var outbox = Outbox()
        for number in 0..<UInt32(Outbox.maximumParcels + 3) {
            add(&outbox, 1, to: Outbox.Destination(address: Address(ipv4: number + 1, port: 1), beacon: nil))
        }
        #expect(outbox.refused == 3 && outbox.count == Outbox.maximumParcels)
        let emptied = sizes(&outbox).count
        #expect(emptied == Outbox.maximumParcels)
        add(&outbox, 1, to: first)
        #expect(outbox.count == 1)
    }

    @Test func aMessageAddedWhileEmptyingGoesOutToo() {
        var outbox = Outbox()
        add(&outbox, 1, to: first)
        add(&outbox, 2, to: second)
        let popped = outbox.pop()?.writer.count
        #expect(popped == 1)
        add(&outbox, 3, to: first)
        add(&outbox, 4, to: second)
        let sent = sizes(&outbox)
        #expect(sent == [6, 3])
    }
}

import BeaconBasics
import BeaconCrypto
import BeaconDirectory
import BeaconMembership
import BeaconWire

/// What goes out.
extension Cluster {
    /// The next output; nil when there is none until `deadline` or the next input.
    public mutating func poll() -> ClusterOutput? {
        if let output = outputs.pop() { return output }
        return outbox.pop().map { finish($0) }
    }

    mutating func send(_ message: MembershipMessage, to address: Address, _ beacon: BeaconID?) {
        // The detector's own traffic goes on for ever: it carries what must become known in the end.
        let isProbe = message.type == 0x01 || message.type == 0x02
        // An answer goes where the question came from. If its sender is not known to be there, it may be somebody else's
        // recording from somebody else's address: no more goes there than has come. Without a number it is our question.
        let isAnswer = beacon.map { $0 != me.beacon && membership.member($0)?.control != address } ?? false
        outbox.add(
            to: .init(address: address, beacon: beacon), keyID: beacon.flatMap { links.speaks($0) },
            carriesHeads: isProbe && !isAnswer && beacon != nil && beacon != me.beacon,
            answerRoom: isAnswer ? answerRoom : nil
        ) { message.write(&$0) }
    }

    mutating func send(_ message: ClusterMessage, to beacon: BeaconID) { send(to: beacon) { message.write(&$0) } }

    /// To a member, wherever its row says it is. Who has no row gets nothing.
    mutating func send(to beacon: BeaconID, _ write: (inout ControlWriter) -> Void) {
        guard let member = membership.member(beacon) else { return }
        outbox.add(to: .init(address: member.control, beacon: beacon), keyID: links.speaks(beacon), write)
    }

    /// Fills the room that is left, and seals.
    private mutating func finish(_ parcel: Outbox.Parcel) -> ClusterOutput {
        var writer = parcel.writer
        let beacon = parcel.destination.beacon
        if parcel.carriesHeads { appendHeads(&writer) }
        if parcel.answerRoom == nil {
            membership.appendRumours(
                &writer, room: Outbox.maximumBody - writer.count, to: beacon, at: now.moment)
        }
        let datagram = seal.seal(
            writer.bytes, as: .datagram, counter: links.nextCounter(to: beacon), for: beacon, keyID: parcel.keyID)
        tally.datagramsSent += 1
        tally.bytesSent += UInt64(datagram.count)
        return .datagram(datagram, to: parcel.destination.address)
    }

    // MARK: Heads

    /// A ping or an ack in an idle fleet is filled to this size and no further: four datagrams a second of these and 28
    /// bytes of IP and UDP each are 672 B/s, of a budget of 700; most are smaller.
    static var idleBody: Int { 140 - SealedHeader.overhead }
    /// Small fleets' members ping each other so often that bytes do not matter.
    static var smallFleet: Int { 64 }
    static var maximumHeads: Int { 16 }
    /// Every so many datagrams with heads, our wall clock goes along.
    static var clockEvery: UInt64 { 8 }
    /// owner(1-5) session's half(2) sequence(1-10) root(4), as they usually are.
    static var headLength: Int { 11 }

    /// Heads of other logs that go with a ping or an ack of `count` bytes, in a fleet of so many live members.
    static func otherHeads(besides count: Int, in fleet: Int) -> Int {
        guard fleet > smallFleet else { return maximumHeads }
        // The message around them, with our own head.
        let room = idleBody - count - 10
        return min(max(room / headLength, 0), maximumHeads)
    }

    private mutating func appendHeads(_ writer: inout ControlWriter) {
        headsSent += 1
        if headsSent % Self.clockEvery == 0 {
            ClusterMessage.clock(unixMilliseconds: now.unixMilliseconds).write(&writer)
        }
        let others = Self.otherHeads(besides: writer.count, in: membership.liveCount)
        let heads = directory.heads(limit: 1 + others)
        guard let own = heads.first, own.owner == me.beacon else { return }
        let before = writer.count
        ClusterMessage.heads(own: .init(own), others: heads.dropFirst().map { .init($0) }).write(&writer)
        if writer.count > Outbox.maximumBody { writer.truncate(to: before) }
    }
}

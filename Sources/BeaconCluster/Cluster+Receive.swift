public import BeaconBasics
import BeaconCrypto
import BeaconDirectory
import BeaconMembership
import BeaconWire

/// What comes in by datagram.
extension Cluster {
    public mutating func receive(_ datagram: RawSpan, from source: Address, at now: ClusterTime) {
        tally.datagramsReceived += 1
        tally.bytesReceived += UInt64(datagram.byteCount)
        guard datagram.byteCount <= Outbox.maximumDatagram else { return drop(.tooLarge) }
        answerRoom = datagram.byteCount - SealedHeader.overhead
        defer { answerRoom = Outbox.maximumBody }
        switch peers.open(datagram, with: seal) {
        case .failure(let failure): refuse(datagram, failure, from: source, at: now)
        case .success(let record):
            guard Self.isWellFormed(record.text) else { return drop(.malformed) }
            tally.opened += 1
            heard(record, at: now)
            dispatch(record, from: source, at: now)
            pump(now)
        }
    }

    private mutating func drop(_ reason: ControlDrop) { tally.dropped[reason.rawValue] += 1 }

    private mutating func refuse(
        _ datagram: RawSpan, _ failure: SealFailure, from source: Address, at now: ClusterTime
    ) {
        drop(failure.drop)
        switch failure {
        case .unknownKey: tellUnknownKey(datagram, from: source, at: now)
        case .oldSession: noticeSession(datagram, from: source, at: now)
        default: break
        }
    }

    private mutating func tellUnknownKey(_ datagram: RawSpan, from source: Address, at now: ClusterTime) {
        guard case .success(let header) = SealedHeader.parse(datagram),
            unknownKeys.shouldTell(of: source, at: now.moment)
        else { return }
        event(.unknownKey(source, keyID: header.keyID))
    }

    /// A beacon that has restarted with its clock behind cannot be heard before it knows of its later session: it is
    /// told its own row. Once a second and beacon, only if the datagram is genuine, and with no more bytes than that has.
    private mutating func noticeSession(_ datagram: RawSpan, from source: Address, at now: ClusterTime) {
        guard case .success(let header) = SealedHeader.parse(datagram),
            let latest = peers.origin(of: header.origin.sender),
            var member = membership.member(header.origin.sender)
        else { return }
        let beacon = header.origin.sender
        if let noticed = links[beacon]?.noticedAt, now.moment < noticed + .seconds(1) { return }
        links.update(beacon) { $0.noticedAt = now.moment }
        guard peers.isGenuine(datagram, with: seal) else { return }
        // Two processes with one session: it must rise above that, too.
        let known = latest.session == header.origin.session ? latest.session.rawValue + 1 : latest.session.rawValue
        member.session = max(member.session, SessionID(known))
        let notice = MembershipMessage.records([MemberRecord(member)])
        var writer = ControlWriter(reserving: 64)
        notice.write(&writer)
        guard writer.count <= answerRoom else { return }
        tally.sessionNotices += 1
        outbox.add(to: .init(address: source, beacon: beacon), keyID: header.keyID, answerRoom: answerRoom) {
            $0.append(writer.bytes)
        }
    }

    /// Whether the text is whole messages from end to end.
    private static func isWellFormed(_ text: [UInt8]) -> Bool {
        var reader = ControlReader(text)
        while !reader.isAtEnd { if nextMessage(&reader) == nil { return false } }
        return true
    }

    private static func nextMessage(_ reader: inout ControlReader) -> (type: UInt8, body: ControlReader)? {
        guard let type = reader.take8(), let length = reader.takeVarint(), length <= UInt64(reader.remaining),
            let body = reader.takeReader(Int(length))
        else { return nil }
        return (type, body)
    }

    private mutating func dispatch(_ record: OpenedRecord, from source: Address, at now: ClusterTime) {
        var reader = ControlReader(record.text)
        while var message = Self.nextMessage(&reader) {
            take(message.type, &message.body, record.header.origin, from: source, at: now)
        }
    }

    private mutating func take(
        _ type: UInt8, _ body: inout ControlReader, _ origin: SealOrigin, from source: Address, at now: ClusterTime
    ) {
        let (sender, session) = (origin.sender, origin.session)
        switch type {
        case 0x01...0x1F:
            guard let message = MembershipMessage(type: type, &body) else { return skip() }
            membership.receive(message, from: sender, session: session, source: source, at: now.moment)
        // Another process with our id is membership's affair alone.
        case _ where sender == me.beacon: skip()
        case 0x20...0x3F:
            guard let message = DirectoryMessage(type: type, &body) else { return skip() }
            directory.receive(message, from: sender, session: session, at: now)
        case 0x40...0x5F:
            guard let message = ClusterMessage(type: type, &body, sender: sender, session: session) else {
                return skip()
            }
            take(message, origin, at: now)
        default: skip()
        }
    }

    private mutating func skip() { tally.messagesSkipped += 1 }

    private mutating func take(_ message: ClusterMessage, _ origin: SealOrigin, at now: ClusterTime) {
        switch message {
        case .heads(let own, let others): learn(own, others, origin, at: now)
        case .clock(let milliseconds): compareClock(milliseconds, of: origin.sender, at: now)
        case .moved(let node, let stamp): nodeMoved(node, stamp, to: origin.sender)
        case .claimRequest(let ticket, let node, let claimant):
            serveClaim(ticket, node, claimant, from: origin, at: now)
        case .claimReply(let ticket, let node, let result):
            claimAnswered(ticket, node, result, by: origin.sender)
        case .punchRequest(let ticket, let target, let punch):
            servePunch(ticket, target, punch, from: origin, at: now)
        case .punchReply(let ticket, let target, let address):
            punchAnswered(ticket, target, address, by: origin.sender)
        case .ringOffer(let version, let phase, let session, let secret):
            guard session == me.session else { return }
            takeRing(version, phase, secret, from: origin.sender, at: now)
        case .ringAcknowledgement(let version, let phase):
            ringAcknowledged(version, phase, by: origin.sender, at: now)
        }
    }
}

extension SealFailure {
    var drop: ControlDrop {
        switch self {
        case .runt: .runt
        case .unknownMagic: .unknownMagic
        case .otherVersion: .otherVersion
        case .unknownKey: .unknownKey
        case .ownEcho: .ownEcho
        case .oldSession: .oldSession
        case .replay: .replay
        case .badSeal: .badSeal
        }
    }
}

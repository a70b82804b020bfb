import BeaconBasics
public import BeaconWire

extension ClusterMessage {
    /// The whole message: type, length, body.
    public func write(_ writer: inout ControlWriter) {
        var body = ControlWriter(reserving: 64)
        writeBody(&body)
        writer.put8(type)
        writer.putVarint(UInt64(body.count))
        writer.append(body.bytes)
    }

    private func writeBody(_ body: inout ControlWriter) {
        switch self {
        case .heads(let own, let others): Self.write(own, others, &body)
        case .clock(let milliseconds): body.put48(milliseconds)
        case .moved(let node, let stamp):
            body.put(node)
            body.put64(stamp.rawValue)
        case .claimRequest(let ticket, let node, let address):
            Self.write(ticket, node, &body)
            body.put(address)
        case .punchRequest(let ticket, let target, let punch):
            Self.write(ticket, target, &body)
            Self.write(punch, &body)
        case .claimReply(let ticket, let node, let result):
            Self.write(ticket, node, &body)
            body.put8(result.rawValue)
        case .punchReply(let ticket, let node, let address):
            Self.write(ticket, node, &body)
            body.put8(address == nil ? 0 : 1)
            if let address { body.put(address) }
        case .ringOffer(let version, let phase, let session, let secret):
            Self.write(version, phase, &body)
            body.put(session)
            body.append(secret)
        case .ringAcknowledgement(let version, let phase): Self.write(version, phase, &body)
        }
    }

    private static func write(_ own: HeadNotice, _ others: [HeadNotice], _ body: inout ControlWriter) {
        body.putVarint(own.sequence)
        body.put32(own.root)
        for head in others {
            body.putVarint(UInt64(head.owner.rawValue))
            body.put16(head.sessionLow)
            body.putVarint(head.sequence)
            body.put32(head.root)
        }
    }

    private static func write(_ ticket: UInt32, _ node: NodeID, _ body: inout ControlWriter) {
        body.put32(ticket)
        body.put(node)
    }

    private static func write(_ punch: Punch, _ body: inout ControlWriter) {
        body.put(punch.requester)
        body.put(punch.address)
        body.put8(punch.grant == nil ? 0 : 1)
        guard let grant = punch.grant else { return }
        body.put64(UInt64(bitPattern: grant.expiry))
        body.append(grant.signature)
    }

    private static func write(_ version: RingVersion, _ phase: RingPhase, _ body: inout ControlWriter) {
        body.put48(version.stamp)
        body.put(version.initiator)
        body.put8(phase.rawValue)
    }
}

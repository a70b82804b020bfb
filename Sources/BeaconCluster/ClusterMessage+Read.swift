public import BeaconBasics
import BeaconCrypto
public import BeaconWire

extension ClusterMessage {
    /// Reads a body; nil if the type is not known or the body not well-formed. `sender` and `session` are the sealed
    /// header's: its own head is sent without them.
    public init?(type: UInt8, _ body: inout ControlReader, sender: BeaconID, session: SessionID) {
        switch type {
        case 0x40: self.init(heads: &body, sender: sender, session: session)
        case 0x41:
            guard let milliseconds = body.take48() else { return nil }
            self = .clock(unixMilliseconds: milliseconds)
        case 0x42:
            guard let node = body.takeNode(), let stamp = body.take64() else { return nil }
            self = .moved(node, Stamp(stamp))
        case 0x43...0x46: self.init(ticketed: type, &body)
        case 0x47, 0x48: self.init(ring: type, &body)
        default: return nil
        }
    }

    private init?(heads body: inout ControlReader, sender: BeaconID, session: SessionID) {
        guard let sequence = body.takeVarint(), let root = body.take32() else { return nil }
        let low = UInt16(truncatingIfNeeded: session.rawValue)
        let own = HeadNotice(owner: sender, sessionLow: low, sequence: sequence, root: root)
        var others: [HeadNotice] = []
        while !body.isAtEnd {
            guard let owner = body.takeVarint(), owner <= UInt64(UInt32.max), let low = body.take16(),
                let sequence = body.takeVarint(), let root = body.take32()
            else { return nil }
            others.append(
                HeadNotice(owner: BeaconID(UInt32(owner)), sessionLow: low, sequence: sequence, root: root))
        }
        self = .heads(own: own, others: others)
    }

    private init?(ticketed type: UInt8, _ body: inout ControlReader) {
        guard let ticket = body.take32(), let node = body.takeNode() else { return nil }
        if type == 0x44 || type == 0x46 {
            self.init(reply: type, ticket, node, &body)
            return
        }
        if type == 0x45 {
            guard let punch = Punch(&body) else { return nil }
            self = .punchRequest(ticket: ticket, target: node, by: punch)
        } else {
            guard let address = body.takeAddress() else { return nil }
            self = .claimRequest(ticket: ticket, node: node, claimant: address)
        }
    }

    private init?(reply type: UInt8, _ ticket: UInt32, _ node: NodeID, _ body: inout ControlReader) {
        guard let word = body.take8() else { return nil }
        if type == 0x44 {
            guard let result = ProbeResult(rawValue: word) else { return nil }
            self = .claimReply(ticket: ticket, node: node, result: result)
        } else if word == 0 {
            self = .punchReply(ticket: ticket, target: node, address: nil)
        } else {
            guard word == 1, let address = body.takeAddress() else { return nil }
            self = .punchReply(ticket: ticket, target: node, address: address)
        }
    }

    private init?(ring type: UInt8, _ body: inout ControlReader) {
        guard let stamp = body.take48(), let initiator = body.takeBeacon(), let code = body.take8(),
            let phase = RingPhase(rawValue: code)
        else { return nil }
        let version = RingVersion(stamp: stamp, initiator: initiator)
        guard type == 0x47 else {
            self = .ringAcknowledgement(version, phase)
            return
        }
        guard let session = body.takeSession(), let secret = body.takeBytes(KeyRing.keyLength) else { return nil }
        self = .ringOffer(version, phase, to: session, secret: secret)
    }
}

extension Punch {
    fileprivate init?(_ body: inout ControlReader) {
        guard let requester = body.takeNode(), let address = body.takeAddress(), let granted = body.take8() else {
            return nil
        }
        switch granted {
        case 0: self.init(requester, at: address)
        case 1:
            guard let expiry = body.take64(), let signature = body.takeBytes(PunchRequest.signatureLength) else {
                return nil
            }
            let grant = PunchGrant(expiry: Int64(bitPattern: expiry), signature: signature)
            self.init(requester, at: address, grant: grant)
        default: return nil
        }
    }
}

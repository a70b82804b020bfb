public import BeaconBasics
public import BeaconWire

/// How far somebody has followed an owner's log, and what it then held.
public struct LogHead: Equatable, Sendable {
    public var owner: BeaconID
    public var session: SessionID
    public var sequence: UInt64
    /// The low half of the root digest.
    public var root: UInt32

    public init(owner: BeaconID, session: SessionID, sequence: UInt64, root: UInt32) {
        self.owner = owner
        self.session = session
        self.sequence = sequence
        self.root = root
    }

    /// `owner(4) session(6) root(4) sequence(varint)`: 15 … 24 bytes.
    public func write(_ writer: inout ControlWriter) {
        writer.put(owner)
        writer.put(session)
        writer.put32(root)
        writer.putVarint(sequence)
    }

    public init?(_ reader: inout ControlReader) {
        guard let owner = reader.takeBeacon(), let session = reader.takeSession(), let root = reader.take32(),
            let sequence = reader.takeVarint()
        else { return nil }
        self.init(owner: owner, session: session, sequence: sequence, root: root)
    }
}

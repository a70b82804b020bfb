public import BeaconBasics
import BeaconCrypto
import BeaconDirectory
import BeaconWire
import Synchronization

/// While nodes are expected to move: frames follow those that have, and what these may have missed goes ahead.
extension RelayShard {
    /// Whether frames are kept: then `repeatFramesOfMoved` is to be called now and then, also when nothing comes.
    @inline(__always)
    public var keepsFrames: Bool { recent.isOn }

    @inline(never)
    mutating func keepFrames(_ keeps: Bool) {
        guard keeps else { return recent.end() }
        recent.begin()
        movesSeen = registry.moves
    }

    /// Keeps a frame that is about to go to a node of ours.
    @inline(never)
    mutating func keep(_ frame: RawSpan, headerLength: Int, at now: Moment) {
        let payload = frame.extracting(headerLength..<frame.byteCount)
        recent.add(payload, from: RelayFrame.sender(frame), to: RelayFrame.destination(frame), at: now)
    }

    @inline(never)
    mutating func keep(_ header: MeshFrame.Header, _ frame: RawSpan, at now: Moment) {
        let payload = frame.extracting(MeshFrame.headerLength..<frame.byteCount)
        recent.add(payload, from: header.sender, to: header.destination, at: now)
    }

    /// 05 for a node that has moved to a beacon whose log does not say so yet.
    @inline(never)
    mutating func follow(
        _ frame: RawSpan, _ destination: NodeID, to beacon: Address, from sender: Endpoint, at now: Moment,
        reply: inout MutableRawSpan
    ) -> Verdict {
        guard let mesh, let key = keys.first else { return .drop(.unknownDestination) }
        if recent.holds(destination) { return .repeatFirst(destination) }
        return encapsulate(frame, to: beacon, mesh, key, from: sender, at: now, reply: &reply)
    }

    // MARK: Repeating

    /// Prepares what a node that has moved is sent once more; `nextRepeated` hands it out. To be called for the node of
    /// a `Verdict.repeatFirst`, and then the datagram is to be handled again.
    public mutating func repeatFrames(for node: NodeID, at now: Moment) {
        recent.choose(node, deafSince: registry.deafSince(node), at: now)
    }

    /// The same for all nodes that have moved since the last call: for those that nobody sends to meanwhile. To be called
    /// once a batch. Whether there may be any.
    public mutating func repeatFramesOfMoved(at now: Moment) -> Bool {
        guard recent.isOn, registry.moves != movesSeen else { return false }
        movesSeen = registry.moves
        var moved: [NodeID] = []
        recent.forEachDestination { if newBeacon(of: $0) != nil { moved.append($0) } }
        for node in moved { repeatFrames(for: node, at: now) }
        return !moved.isEmpty
    }

    /// A frame to send once more: the first `header` bytes of the reply buffer, then the payload.
    public struct Repeated: BitwiseCopyable {
        public var to: Endpoint
        public var header: Int
        public var payload: UnsafeRawBufferPointer
    }

    /// The next frame to repeat; nil when there is none. Its payload is good until `handle` is called again.
    public mutating func nextRepeated(reply: inout MutableRawSpan) -> Repeated? {
        while let frame = recent.next() {
            guard let mesh, let key = keys.first, let beacon = newBeacon(of: frame.destination) else { continue }
            let header = MeshFrame.Header(
                hops: MeshFrame.maximumHops, keyID: key.id, sender: frame.sender, destination: frame.destination)
            MeshFrame.write(
                header, payload: RawSpan(_unsafeBytes: frame.payload), k0: key.k0, k1: key.k1, into: &reply)
            return Repeated(to: mesh.endpoint(beacon), header: MeshFrame.headerLength, payload: frame.payload)
        }
        return nil
    }

    /// Where a node of ours has gone; nil if it is here, or nowhere.
    private func newBeacon(of node: NodeID) -> Address? {
        if let route = nodes.find(node)?.route {
            return route.flags.contains(.moved) ? route.endpoint.address : nil
        }
        return mesh?.find(node)?.address
    }

    /// Since the start: frames that nodes may have missed, and such as they have missed, that were not repeated.
    public var framesDoubtful: UInt64 { recent.doubtful }
    public var framesLost: UInt64 { recent.lost }
}

import BeaconBasics
import BeaconWire

/// Who talks most: each frame that goes on is counted once, by the beacon that it passes.
extension RelayShard {
    /// A frame 05 that is about to go on; its header is still as it came.
    @inline(__always)
    mutating func count(_ frame: RawSpan, from sender: Endpoint) {
        if talkers.wantsFrame() {
            talkers.add(
                from: sender.address, RelayFrame.sender(frame), to: RelayFrame.destination(frame),
                bytes: frame.byteCount - RelayFrame.headerLength)
        }
    }

    /// A frame of the mesh, of `length` bytes in all.
    @inline(__always)
    mutating func count(_ header: MeshFrame.Header, length: Int, from sender: Endpoint) {
        if talkers.wantsFrame() {
            talkers.add(
                from: sender.address, header.sender, to: header.destination, bytes: length - MeshFrame.headerLength)
        }
    }

    /// Shows readers who talks most now. To be called a few times a second.
    public func publishTalkers(to published: PublishedTalkers) { published.write(talkers) }
}

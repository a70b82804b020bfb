import BeaconBasics
import BeaconLoadKit
import Glibc

/// Waits until frames for the nodes cross from one beacon to another. Beacons follow each other's registrations in
/// order: who knows the node that was registered last knows all.
struct RouteWait: ~Copyable {
    /// Tries, and how long each waits for its frame: twenty seconds in all.
    private static let tries = 200
    private static let patience: CInt = 100

    private let scratch = Scratch()
    private let last: NodeID
    private let socket: Int
    private let sender: NodeID

    init(_ plan: RelayPlan) {
        last = NodeID(plan.baseID + UInt32(plan.nodes - 1))
        socket = (plan.nodes - 1) % plan.receivers
        sender = NodeID(plan.senderBase)
    }

    func callAsFunction(from senders: borrowing SocketGroup, to nodes: borrowing SocketGroup) throws(LoadError) {
        for _ in 0..<Self.tries {
            if Interrupt.isRequested { throw .interrupted }
            var span = scratch.bytes.mutableBytes
            Frames.writeRelayHeader(sender: sender, destination: last, to: &span)
            _ = try senders.send(0, UnsafeRawBufferPointer(rebasing: scratch.bytes[..<Frames.relayHeader]))
            if try hasArrived(at: nodes) {
                // An earlier one that was late must not meet the run, which would hold it to be corrupted.
                while try hasArrived(at: nodes) {}
                return
            }
        }
        throw .server("\(senders.server) passes no frames on to the nodes at \(nodes.server)")
    }

    private func hasArrived(at nodes: borrowing SocketGroup) throws(LoadError) -> Bool {
        var wait = pollfd(fd: nodes.descriptors[socket], events: Int16(POLLIN), revents: 0)
        guard poll(&wait, 1, Self.patience) > 0 else { return false }
        guard let length = try nodes.receive(socket, into: scratch.bytes) else { return false }
        return Frames.deliverSender(UnsafeRawBufferPointer(rebasing: scratch.bytes[..<length]).bytes) == sender
    }
}

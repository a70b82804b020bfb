import BeaconBasics
import BeaconClock
import BeaconDataPlane
import BeaconRelay
import CLinux
import Glibc

/// The successor's side of a hand-over, up to the last changes: it holds the sockets, and nobody has stopped yet.
///
/// Ends in `commit`, or by being let go: then the predecessor serves on, as it does when this process dies.
final class Takeover {
    let sockets: HandoverSockets
    private let connection: HandoverConnection
    /// Those that nobody has adopted yet; closed with this object.
    private var descriptors: [Int32]
    private var nodes: [HandedNode] = []
    private var locals: [Address] = []

    private static let patienceSeconds = 10

    /// Connects, and takes the tables while the predecessor still serves.
    init(_ path: String, _ identity: HandoverIdentity) throws(HandoverError) {
        connection = try HandoverPath.connect(path)
        guard connection.isTrusted else {
            throw HandoverError(description: "the process at \(path) is another user's")
        }
        guard connection.send(.ask(identity)) else {
            throw HandoverError(description: "the process at \(path) is gone")
        }
        (sockets, descriptors) = try Self.sockets(connection)
        try receiveTables()
    }

    deinit { for descriptor in descriptors { close(descriptor) } }

    private static func sockets(
        _ connection: HandoverConnection
    ) throws(HandoverError) -> (HandoverSockets, [Int32]) {
        let (input, descriptors) = connection.receive(within: patienceSeconds)
        if case .message(.sockets(let sockets)) = input, sockets.descriptorCount == descriptors.count {
            return (sockets, descriptors)
        }
        for descriptor in descriptors { close(descriptor) }
        throw failure(input)
    }

    private func receiveTables() throws(HandoverError) {
        while true {
            switch try next() {
            case .locals(let addresses): locals = addresses
            case .nodes(let more): nodes += more
            case .tablesSent: return
            case let other: throw Self.failure(.message(other))
            }
        }
    }

    private func next() throws(HandoverError) -> HandoverMessage {
        let (input, strays) = connection.receive(within: Self.patienceSeconds)
        for stray in strays { close(stray) }
        guard case .message(let message) = input else { throw Self.failure(input) }
        return message
    }

    private static func failure(_ input: HandoverOffer.Input) -> HandoverError {
        switch input {
        case .message(.refused(let reason)): HandoverError(description: "the predecessor refuses: \(reason)")
        case .message: HandoverError(description: "the predecessor said something out of turn")
        case .closed: HandoverError(description: "the predecessor has gone")
        case .silence: HandoverError(description: "the predecessor was silent for \(patienceSeconds) s")
        case .fault(let fault): HandoverError(description: "\(fault)")
        }
    }

    /// The data sockets, to be owned by the data plane from now on.
    func adoptSockets() -> AdoptedSockets {
        let count = Int(sockets.shards)
        defer { descriptors.removeFirst(count) }
        return AdoptedSockets(
            descriptors: Array(descriptors.prefix(count)), listen: ListenAddress(sockets.listen))
    }

    /// The listeners, to be owned by the admin server from now on.
    func adoptListeners() -> (admin: Int32?, health: Int32?) {
        let admin = sockets.hasAdmin ? descriptors.removeFirst() : nil
        let health = sockets.hasHealth ? descriptors.removeFirst() : nil
        return (admin, health)
    }

    /// Fills the plane's tables, lets the predecessor stop, and begins to read. How long nobody did.
    func commit(_ plane: DataPlane) throws(HandoverError) -> Delay {
        fill(plane)
        guard connection.send(.ready) else { throw Self.failure(.closed) }
        let since = try receiveChanges(plane)
        guard connection.send(.taking) else { throw Self.failure(.closed) }
        guard case .yours = try next() else { throw HandoverError(description: "the predecessor kept its sockets") }
        plane.begin()
        let gap = SystemClock.now().since(since)
        _ = connection.send(.running)
        return gap
    }

    private func fill(_ plane: DataPlane) {
        let numbers = [0] + locals.map { plane.locals.intern($0) }
        plane.registry.adopt(
            nodes.map { node in
                var node = node
                let local = Int(node.endpoint.local)
                node.endpoint.local = local < numbers.count ? numbers[local] : 0
                return node
            })
        nodes = []
    }

    private func receiveChanges(_ plane: DataPlane) throws(HandoverError) -> Moment {
        while true {
            switch try next() {
            case .gone(let gone): plane.registry.discard(gone)
            case .locals(let addresses): locals = addresses
            case .nodes(let changed): nodes += changed
            case .stopped(let since):
                fill(plane)
                return Moment(nanoseconds: since)
            case let other: throw Self.failure(.message(other))
            }
        }
    }
}

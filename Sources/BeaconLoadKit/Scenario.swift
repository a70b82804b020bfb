/// A server that a scenario measures.
public enum Contender: Hashable, Sendable {
    /// The beacon, with its name in tables and its arguments, `{port}` among them.
    case beacon(String, [String])
    /// Two beacons of one fleet, alike: the load sends to the first, and its nodes are at the second.
    case fleet(String, [String])
    /// The bare C forwarder.
    case floor(offload: Bool)

    public var name: String {
        switch self {
        case .beacon(let name, _), .fleet(let name, _): name
        case .floor(let offload): offload ? "floor, offload" : "floor"
        }
    }

    public var arguments: [String] {
        switch self {
        case .beacon(_, let arguments), .fleet(_, let arguments): arguments
        case .floor(let offload): ["--port", CommandTemplate.placeholder, "--mode", offload ? "offload" : "plain"]
        }
    }
}

/// What the first contender is compared with the second by, and the figure to reach if there is one.
public enum Goal: Hashable, Sendable {
    /// The server's CPU time for one frame, as a ratio.
    case cost(atMost: Double?)
    /// A latency percentile, as a difference in microseconds.
    case p50(excess: Double?)
    case p99(excess: Double?)

    public var limit: Double? {
        switch self {
        case .cost(let limit), .p50(let limit), .p99(let limit): limit
        }
    }

    public var quantity: String {
        switch self {
        case .cost: "CPU ns/frame"
        case .p50: "p50 µs"
        case .p99: "p99 µs"
        }
    }
}

/// Which CPUs servers and load run on.
public enum Placement: Hashable, Sendable {
    /// The server on one, the load on another.
    case apart
    /// The server on both.
    case spread
    /// Both on one, in turn: the load sends all it may before the server goes on. A load on a CPU of its own needs
    /// nearly as long to send a frame as a server to relay it: the faster the server, the smaller its batches, and it
    /// is busy just as long as the load sends. Only a backlog shows what a saturated server spends on a frame.
    case inTurn
}

/// One comparison: the same load on each contender, in turn.
public struct Scenario: Sendable {
    /// The word that selects it.
    public var name: String
    public var title: String
    public var plan: RelayPlan
    /// The one in question, the one it is compared with, and others for information.
    public var contenders: [Contender]
    public var goals: [Goal]
    public var placement = Placement.apart

    public init(_ name: String, _ title: String, _ plan: RelayPlan, _ contenders: [Contender], _ goals: [Goal]) {
        precondition(contenders.count >= 2, "a comparison needs two")
        self.name = name
        self.title = title
        self.plan = plan
        self.contenders = contenders
        self.goals = goals
    }
}

public import BeaconBasics

/// The way of a relay frame, decision by decision, told without sending one.
public struct PathExplanation: Equatable, Sendable {
    public enum Decision: String, CaseIterable, Sendable {
        /// To the node itself.
        case deliver
        /// In a mesh frame (0C) to another beacon of the fleet.
        case mesh
        /// Unchanged (05) to a reference beacon.
        case legacy
        case drop
    }

    public struct Step: Equatable, Sendable {
        /// Who decides; nil for a reference beacon, whose id may be anything.
        public var at: BeaconID?
        public var decision: Decision
        /// One sentence.
        public var reason: String
        /// Where the frame goes next; nil when it goes nowhere, or when only another beacon knows.
        public var address: Address?
        /// The decision is made by other tables than ours: this is what they should come to.
        public var isExpected: Bool

        public init(
            at: BeaconID?, _ decision: Decision, _ reason: String, address: Address? = nil, isExpected: Bool = false
        ) {
            self.at = at
            self.decision = decision
            self.reason = reason
            self.address = address
            self.isExpected = isExpected
        }
    }

    /// The sender; nil: some node at this beacon.
    public var from: NodeID?
    public var to: NodeID
    public var steps: [Step]

    public init(from: NodeID?, to: NodeID, steps: [Step]) {
        self.from = from
        self.to = to
        self.steps = steps
    }

    /// Nothing that is known here stands in the way.
    public var arrives: Bool { steps.last?.decision == .deliver }
}

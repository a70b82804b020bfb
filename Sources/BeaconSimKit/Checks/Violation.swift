public import BeaconBasics

/// A property that did not hold: what, when, and enough to find out why.
public struct Violation: Error, Sendable, CustomStringConvertible {
    public var property: Property
    public var at: Moment
    public var text: String

    public init(property: Property, at moment: Moment, text: String) {
        self.property = property
        at = moment
        self.text = text
    }

    public var description: String { "\(property.rawValue) (\(property.meaning)) at \(at.text): \(text)" }
}

/// What is checked: numbers as in the design's list of properties. Each can fail: `SafetyTests`, `PromiseTests`,
/// `LegalityTests`, `CampaignTests` (S17) and `Tests/Integration/test_sim_campaign.py` (S16) break every one of them.
///
/// | checked | of |
/// | --- | --- |
/// | at every change that a core reports | S1 S2 S3 S4 S5 S6, L2, L11, L12 |
/// | after every call | S6, L10 |
/// | at every datagram | S5 (nothing goes to who left), S13; S16 by the campaign: a trap ends its process |
/// | at every sweep (1 s; 5 s from 17 members on) | S7 S8 S9 S10 S11 S15 S18, as one cut of a process; S14, also every 64th call |
/// | at every frame, through the production `RelayShard` | S12, L9, L12 |
/// | when it falls due | L1, L3, L4, L6, L8 |
/// | from the last fault on | L5; L7 from the plan's end on; L11's keys at the end |
/// | over a campaign | S17 (repeats by another process), the times of L1, L3, L4, L5 and L6 (`Promise`) |
public enum Property: String, CaseIterable, Sendable {
    case s1 = "S1", s2 = "S2", s3 = "S3", s4 = "S4", s5 = "S5", s6 = "S6", s7 = "S7", s8 = "S8", s9 = "S9", s10 = "S10"
    case s11 = "S11", s12 = "S12", s13 = "S13", s14 = "S14", s15 = "S15", s16 = "S16", s17 = "S17", s18 = "S18"
    case l1 = "L1", l2 = "L2", l3 = "L3", l4 = "L4", l5 = "L5", l6 = "L6", l7 = "L7", l8 = "L8", l9 = "L9"
    case l10 = "L10", l11 = "L11", l12 = "L12"
    case contract = "contract"

    public var meaning: String {
        switch self {
        case .s1: "incarnation and session never fall, and only the member raises them"
        case .s2: "the dead and the left come back only with a higher incarnation or session"
        case .s3: "alive, suspect, alive again: in this order"
        case .s4: "a death verdict has evidence and took its time"
        case .s5: "who left is never suspected or dead afterwards"
        case .s6: "every beacon is alive in its own view until it leaves"
        case .s7: "equal cursor, equal digest"
        case .s8: "cursors never fall within a session"
        case .s9: "an entry's owner has issued it"
        case .s10: "look-ups never lead to the dead, the left or an old session"
        case .s11: "a look-up finds the highest (stamp, beacon) of the owners that are routable there"
        case .s12: "a frame passes between beacons twice at most, and ends"
        case .s13: "forged, changed and replayed datagrams are dropped and counted"
        case .s14: "every table stays below its cap"
        case .s15: "traffic stays below its budget"
        case .s16: "any bytes are answered by a value"
        case .s17: "a run is a function of its seed"
        case .s18: "what is read of a beacon at one moment agrees with itself"
        case .l1: "a crash is known everywhere in time"
        case .l2: "nobody who is well is dead to one who is well"
        case .l3: "suspicion of the living clears"
        case .l4: "who joins is seen everywhere in time"
        case .l5: "after the faults all views are the same in time"
        case .l6: "a change of the directory is seen everywhere in time"
        case .l7: "all agree on the beacon of every node: where it registered last"
        case .l8: "a newcomer answers right in time"
        case .l9: "frames to a node that is registered arrive, through drains too"
        case .l10: "with the verdict the directory stops pointing to the dead"
        case .l11: "a key rotation completes, and nobody falls out by it"
        case .l12: "a rolling deploy costs no death and no wrong route"
        case .contract: "what the core promises its callers"
        }
    }
}

extension Moment {
    /// Virtual seconds to the microsecond: `12.345678 s`.
    public var text: String {
        let micro = nanoseconds / 1_000
        let digits = String(micro % 1_000_000)
        return "\(micro / 1_000_000)." + String(repeating: "0", count: 6 - digits.count) + digits + " s"
    }
}

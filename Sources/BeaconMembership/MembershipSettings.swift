public import BeaconBasics

/// The times and counts of the failure detector: one set for each kind of network.
public struct MembershipTiming: Hashable, Sendable {
    /// One probe round begins each period (Lifeguard: longer while we are not well ourselves).
    public var probePeriod: Delay
    /// A ping is answered within three times the round trip's 95th percentile, but no shorter and no longer than these.
    public var minimumTimeout: Delay
    public var maximumTimeout: Delay
    /// Direct pings before the relays are asked, 1 … 7; the last goes out with them.
    public var directAttempts: Int
    public var relays: Int
    /// From the suspicion to the verdict: the longest with one accuser, the shortest with `confirmations` more.
    public var minimumSuspicion: Delay
    public var maximumSuspicion: Delay
    public var confirmations: Int
    /// Members that the first accuser asks to probe the suspect at once.
    public var confirmers: Int
    /// The check before the verdict: three pings, and this many members asked what they know.
    public var lastChance: Delay
    public var lastChancePeers: Int
    public var gossipTick: Delay
    public var gossipFanOut: Int
    public var syncPeriod: Delay

    public static let lan = MembershipTiming(
        probePeriod: .milliseconds(500), minimumTimeout: .milliseconds(100), maximumTimeout: .seconds(1),
        directAttempts: 3, relays: 3, minimumSuspicion: .seconds(2), maximumSuspicion: .seconds(12), confirmations: 3,
        confirmers: 6, lastChance: .milliseconds(300), lastChancePeers: 3, gossipTick: .milliseconds(100),
        gossipFanOut: 3, syncPeriod: .seconds(20))

    public static let wan = MembershipTiming(
        probePeriod: .seconds(1), minimumTimeout: .milliseconds(100), maximumTimeout: .seconds(1),
        directAttempts: 3, relays: 3, minimumSuspicion: .seconds(4), maximumSuspicion: .seconds(24), confirmations: 3,
        confirmers: 6, lastChance: .milliseconds(600), lastChancePeers: 3, gossipTick: .milliseconds(200),
        gossipFanOut: 4, syncPeriod: .seconds(30))

    /// For more than 15 % loss: rarer rounds with more in each, so that fewer of them fail by chance.
    public static let lossy = MembershipTiming(
        probePeriod: .seconds(1), minimumTimeout: .milliseconds(400), maximumTimeout: .seconds(1),
        directAttempts: 5, relays: 5, minimumSuspicion: .seconds(2), maximumSuspicion: .seconds(12), confirmations: 3,
        confirmers: 6, lastChance: .milliseconds(600), lastChancePeers: 3, gossipTick: .milliseconds(100),
        gossipFanOut: 3, syncPeriod: .seconds(20))
}

public enum MembershipPreset: String, CaseIterable, Sendable {
    case lan, wan, lossy
}

/// What the membership is made with; fixed for the life of the process.
public struct MembershipSettings: Hashable, Sendable {
    public var timing: MembershipTiming
    /// Taken while the measured loss is high.
    public var lossyTiming: MembershipTiming
    /// Whether `lossyTiming` is taken by itself: above 15 % loss one way, until it is below 10 % again.
    public var adaptsToLoss = true
    /// Rumours and tables may cost this much by datagram; between the two, only what is new or urgent goes out.
    public var softBytesPerSecond = 8_000
    public var hardBytesPerSecond = 64_000
    /// Welcomes and tables by stream may cost this much, and referrals to other members in their place as much again:
    /// then a newcomer gets no answer, and asks again. A second's worth of either can be saved up. At 32 bytes a member,
    /// a fleet of 1,000 hands out two whole tables a second and beacon: enough to start at once, since all share the work.
    public var tableBytesPerSecond = 64_000
    /// Room for whole messages in one datagram.
    public var datagramRoom = 1_150
    /// How long a dead or left member is remembered, and a dead one tried again.
    public var memory = Delay.seconds(24 * 3_600)
    /// Rows at most, dead and left ones too.
    public var maximumMembers = 8_192
    public var maximumContacts = 8_192

    public init(_ preset: MembershipPreset = .lan) {
        switch preset {
        case .lan: (timing, lossyTiming) = (.lan, .lossy)
        case .wan:
            timing = .wan
            lossyTiming = .lossy
            lossyTiming.minimumSuspicion = timing.minimumSuspicion
            lossyTiming.maximumSuspicion = timing.maximumSuspicion
            lossyTiming.syncPeriod = timing.syncPeriod
        case .lossy: (timing, lossyTiming) = (.lossy, .lossy)
        }
    }
}

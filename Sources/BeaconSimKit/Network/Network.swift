import BeaconBasics

/// What becomes of a datagram between two hosts: its delay, or nothing. The faults of the moment are here too.
struct Network: Sendable {
    var settings: NetworkSettings
    let hosts: Int
    private let seed: UInt64
    private var dice: SeededRandom
    /// Hosts of different groups do not reach each other.
    private var group: [UInt8]
    /// Hears nothing; says nothing that arrives.
    private var isDeaf: [Bool]
    private var isMute: [Bool]
    /// Directed pairs (from << 32 | to) that are cut; looked up, never walked.
    private var cut: Set<UInt64> = []
    private var channels: [BurstChannel] = []
    private var isWhole = true
    /// Datagrams that were held back so that others overtook them.
    private(set) var stragglers: UInt64 = 0

    init(_ settings: NetworkSettings, hosts: Int, dice: inout SeededRandom) {
        self.settings = settings
        self.hosts = hosts
        seed = dice.next()
        self.dice = dice.fork()
        group = Array(repeating: 0, count: hosts)
        isDeaf = Array(repeating: false, count: hosts)
        isMute = isDeaf
    }

    // MARK: Faults

    mutating func partition(_ groups: [UInt8]) { change { $0.group = groups } }
    mutating func heal() { change { $0.group = Array(repeating: 0, count: $0.hosts) } }
    mutating func setDeaf(_ host: Int, _ deaf: Bool) { change { $0.isDeaf[host] = deaf } }
    mutating func setMute(_ host: Int, _ mute: Bool) { change { $0.isMute[host] = mute } }

    mutating func setCut(from: Int, to: Int, _ isCut: Bool) {
        let pair = UInt64(from) << 32 | UInt64(to)
        change { if isCut { $0.cut.insert(pair) } else { $0.cut.remove(pair) } }
    }

    private mutating func change(_ body: (inout Network) -> Void) {
        body(&self)
        isWhole = cut.isEmpty && !isDeaf.contains(true) && !isMute.contains(true) && group.allSatisfy { $0 == 0 }
    }

    /// Whether no datagram at all gets through.
    @inline(__always)
    func isBlocked(from: Int, to: Int) -> Bool {
        if isWhole { return false }
        return group[from] != group[to] || isMute[from] || isDeaf[to] || cut.contains(UInt64(from) << 32 | UInt64(to))
    }

    /// A partition is between them.
    func areParted(_ a: Int, _ b: Int) -> Bool { group[a] != group[b] }
    var hasCuts: Bool { !cut.isEmpty }
    func isCut(from: Int, to: Int) -> Bool { cut.contains(UInt64(from) << 32 | UInt64(to)) }

    // MARK: Datagrams

    /// Whether what is sent now from one host to the other is lost by chance.
    mutating func loses(from: Int, to: Int, at now: Moment) -> Bool {
        guard let burst = settings.burst else { return dice.happens(settings.loss) }
        if channels.isEmpty {
            channels = Array(repeating: BurstChannel(), count: burst.perHost ? hosts : hosts * hosts)
        }
        guard burst.perHost else { return channels[from * hosts + to].loses(at: now, burst, &dice) }
        return channels[from].loses(at: now, burst, &dice) || channels[to].loses(at: now, burst, &dice)
    }

    /// The time it takes this datagram.
    mutating func delay(from: Int, to: Int) -> Delay {
        var total = base(from, to).nanoseconds
        if settings.jitter.nanoseconds > 0 { total += UInt64(dice.below(Int(settings.jitter.nanoseconds))) }
        if settings.stragglerEvery > 0, dice.below(settings.stragglerEvery) == 0 {
            stragglers += 1
            total += UInt64(dice.below(Int(settings.jitter.nanoseconds * 10 + 1)))
        }
        return Delay(nanoseconds: total)
    }

    mutating func isDuplicated() -> Bool { dice.happens(settings.duplication) }

    /// The link's own delay: the same both ways, and the same in every run of the seed.
    @inline(__always)
    func base(_ a: Int, _ b: Int) -> Delay {
        let (low, high) = (settings.delay.0.nanoseconds, settings.delay.1.nanoseconds)
        guard a != b else { return .milliseconds(0) }
        var hash = seed ^ UInt64(min(a, b)) &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(max(a, b)) &* 0xC2B2_AE3D_27D4_EB4F
        hash = (hash ^ hash >> 29) &* 0xBF58_476D_1CE4_E5B9
        return Delay(nanoseconds: low + (hash ^ hash >> 32).multipliedFullWidth(by: high - low + 1).high)
    }
}

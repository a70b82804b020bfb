import BeaconBasics
import BeaconCrypto

/// A rotation that we have begun: who has still to be told, and when next.
///
/// First everybody must open with the new key, then everybody seals with it: at no moment does a live member get a
/// datagram that it cannot open. What is lost is sent again; who is away learns of it when it comes back (its datagrams
/// name a key that is no longer the first).
struct Rotation: Sendable {
    static let tick = Delay.milliseconds(50)
    /// Members that are told in one tick: a fleet of 1,000 gets its offers within a second, not in one burst.
    static let perTick = 64
    static let retry = Delay.milliseconds(500)
    static let patience = Delay.seconds(60)
    static let sealPatience = Delay.seconds(30)

    var version: RingVersion
    var secret: [UInt8]
    var keyID: UInt16
    var phase = RingPhase.open
    var phaseBegun: Moment
    var due: Moment
    /// Told in this phase, and when last.
    private var toldAt: [BeaconID: Moment] = [:]
    private var acknowledged: Set<BeaconID> = []

    init(version: RingVersion, secret: [UInt8], keyID: UInt16, at now: Moment) {
        self.version = version
        self.secret = secret
        self.keyID = keyID
        phaseBegun = now
        due = now
    }

    mutating func beginSealing(at now: Moment) {
        phase = .seal
        phaseBegun = now
        due = now
        toldAt = [:]
        acknowledged = []
    }

    /// False if it had done so before.
    mutating func acknowledge(_ beacon: BeaconID) -> Bool { acknowledged.insert(beacon).inserted }

    func missing(of live: [BeaconID]) -> [BeaconID] { live.filter { !acknowledged.contains($0) } }

    /// Whom to tell now, of those that have not acknowledged.
    mutating func tell(_ missing: [BeaconID], at now: Moment) -> [BeaconID] {
        due = now + Self.tick
        let chosen = missing.filter { beacon in toldAt[beacon].map { now >= $0 + Self.retry } ?? true }
            .prefix(Self.perTick)
        for beacon in chosen { toldAt[beacon] = now }
        return Array(chosen)
    }

    func isOverdue(at now: Moment) -> Bool {
        now >= phaseBegun + (phase == .open ? Self.patience : Self.sealPatience)
    }
}

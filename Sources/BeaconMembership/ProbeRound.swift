import BeaconBasics

/// One member being asked whether it lives, by several pings and several ways.
struct ProbeRound: Sendable {
    enum Purpose: Equatable, Sendable {
        /// Our own turn.
        case probe
        /// `accuser` has asked us to look.
        case confirm(accuser: BeaconID)
        /// The last chance before a verdict: ours, or one that `teller` has told of.
        case check(teller: BeaconID?)
        /// For another member's round.
        case relay(requester: BeaconID, address: Address, sequence: UInt32)

        var isCheck: Bool { if case .check = self { true } else { false } }
        var isRelay: Bool { if case .relay = self { true } else { false } }
    }

    var purpose: Purpose
    var generation: UInt32
    var isUsed = true
    /// The target's slot; -1 in a relay's round for a target that is not in our table.
    var slot: Int
    var target: BeaconID
    var address: Address
    var session: SessionID
    var incarnation: UInt32
    /// What one ping is given.
    var timeout: Delay
    /// When each ping went out.
    var sent = InlineArray<8, Moment>(repeating: Moment(nanoseconds: 0))
    var attempts = 0
    /// When it ends, once that is known.
    var end = Moment(nanoseconds: .max)
    var relays: [BeaconID] = []
    var nacks: [BeaconID] = []
    /// Relays that have answered anything at all.
    var answered = 0
    /// The exchange that is the stream probe; 0 = none.
    var ticket: UInt64 = 0
    var isStreamOver = false
    var repeats = 0
    var wasExtended = false
}

/// The rounds that are running. A ping's sequence says which round it belongs to, so that its answer is found at once:
/// generation (21 bits), place (8), attempt (3).
struct RoundPool: Sendable {
    static let capacity = 256
    private(set) var rounds: [ProbeRound] = []
    private var free: [Int] = []
    private var generation: UInt32 = 0
    /// Checks among them.
    private(set) var checks = 0

    var count: Int { rounds.count - free.count }

    subscript(place: Int) -> ProbeRound {
        _read { yield rounds[place] }
        _modify { yield &rounds[place] }
    }

    /// nil when all places are taken.
    mutating func add(_ round: ProbeRound) -> Int? {
        guard !free.isEmpty || rounds.count < Self.capacity else { return nil }
        generation = generation % 0x1F_FFFF + 1
        var round = round
        round.generation = generation
        if round.purpose.isCheck { checks += 1 }
        if let place = free.popLast() {
            rounds[place] = round
            return place
        }
        rounds.append(round)
        return rounds.count - 1
    }

    mutating func remove(_ place: Int) {
        if rounds[place].purpose.isCheck { checks -= 1 }
        rounds[place].isUsed = false
        rounds[place].relays = []
        rounds[place].nacks = []
        free.append(place)
    }

    func sequence(_ place: Int, attempt: Int) -> UInt32 {
        rounds[place].generation << 11 | UInt32(place) << 3 | UInt32(attempt & 7)
    }

    /// The round and the attempt that a sequence belongs to, if it still runs.
    func find(_ sequence: UInt32) -> (place: Int, attempt: Int)? {
        let place = Int(sequence >> 3 & 0xFF)
        guard place < rounds.count, isCurrent(place, generation: sequence >> 11) else { return nil }
        return (place, Int(sequence & 7))
    }

    func isCurrent(_ place: Int, generation: UInt32) -> Bool {
        rounds[place].isUsed && rounds[place].generation == generation
    }
}

import BeaconBasics
import BeaconCrypto

/// What we keep of each beacon that we have talked with, apart from what opens its records.
struct Link: Sendable {
    var beacon: BeaconID
    /// Of the last datagram sealed for it.
    var counter: UInt64
    /// It seals with a key that is not our first, and has not said that it knows ours: we seal with that for it.
    var speaks: UInt16?
    /// It has acknowledged the ring as it is now.
    var knowsRing = false
    var ringOfferedAt: Moment?
    var noticedAt: Moment?
    /// Its wall clock against ours in milliseconds, as of the last time it told; the way here counts as error.
    var skew: Int64?
}

/// The links, by beacon. Bounded: beyond `capacity` the oldest slot is used again.
struct Links: Sendable {
    static let capacity = 4_096

    private var positions: [BeaconID: Int] = [:]
    private var links: [Link] = []
    private var reused = 0
    /// No counter has ever been above it: where a new link's begins, so that none is used twice after a slot was reused.
    private var highestCounter: UInt64 = 0
    /// Of records that are for nobody in particular, and of streams.
    private var unaddressed: UInt64 = 0
    /// Links that speak another key than ours: seldom any, and every datagram asks.
    private var stragglers = 0

    var count: Int { links.count }
    var all: [Link] { links.sorted { $0.beacon < $1.beacon } }

    subscript(beacon: BeaconID) -> Link? { positions[beacon].map { links[$0] } }

    /// The key that we seal with for it, if that is not our first.
    func speaks(_ beacon: BeaconID) -> UInt16? { stragglers == 0 ? nil : self[beacon]?.speaks }

    mutating func update(_ beacon: BeaconID, _ change: (inout Link) -> Void) {
        let position = position(beacon)
        stragglers -= links[position].speaks == nil ? 0 : 1
        change(&links[position])
        stragglers += links[position].speaks == nil ? 0 : 1
    }

    mutating func nextCounter(to beacon: BeaconID?) -> UInt64 {
        guard let beacon else {
            unaddressed += 1
            return unaddressed
        }
        let position = position(beacon)
        links[position].counter += 1
        highestCounter = max(highestCounter, links[position].counter)
        return links[position].counter
    }

    /// The ring has changed: nobody has acknowledged it yet.
    mutating func ringChanged() {
        for position in links.indices {
            links[position].knowsRing = false
            links[position].speaks = nil
            links[position].ringOfferedAt = nil
        }
        stragglers = 0
    }

    mutating func forget(_ beacon: BeaconID) {
        guard let position = positions.removeValue(forKey: beacon) else { return }
        stragglers -= links[position].speaks == nil ? 0 : 1
        let last = links.removeLast()
        guard position < links.count else { return }
        links[position] = last
        positions[last.beacon] = position
    }

    private mutating func position(_ beacon: BeaconID) -> Int {
        if let position = positions[beacon] { return position }
        let link = Link(beacon: beacon, counter: highestCounter)
        guard links.count >= Self.capacity else {
            positions[beacon] = links.count
            links.append(link)
            return links.count - 1
        }
        reused = (reused + 1) % Self.capacity
        stragglers -= links[reused].speaks == nil ? 0 : 1
        positions[links[reused].beacon] = nil
        positions[beacon] = reused
        links[reused] = link
        return reused
    }
}

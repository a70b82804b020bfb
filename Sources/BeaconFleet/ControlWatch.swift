import BeaconBasics

/// Finds the peers whose data port answers hellos while their control plane is not heard: most likely a firewall lets
/// one port through and not the other. Membership alone would keep silent about them, for it has never met them.
///
/// Until they are heard they get the legacy sync like a reference beacon: their data port works, frames go there, and
/// what a sync says is no more than what they would be believed if they were one. Both sides come to this by themselves.
///
/// Pure; bounded by the peers it is given.
struct ControlWatch {
    /// A join takes a second or two, and a suspicion ends sooner.
    static let patience = Delay.seconds(10)
    /// Between two warnings of one peer.
    static let spacing = Delay.seconds(600)

    private struct Row {
        /// Not heard since; nil while membership has it for alive.
        var silentSince: Moment?
        var wasLive = false
        var isBlocked = false
        var toldAt: Moment?
    }

    private var rows: [Address: Row] = [:]
    /// When `update` is due, whatever happens; nil: when something does.
    private(set) var deadline: Moment?

    /// Data addresses.
    var blocked: Set<Address> { Set(rows.filter(\.value.isBlocked).keys) }

    /// Looks at every peer; returns those that the operator is to be told of.
    mutating func update(_ peers: [HelloPeer], at now: Moment, isLive: (BeaconID) -> Bool) -> [HelloPeer] {
        var next: [Address: Row] = [:]
        var news: [HelloPeer] = []
        deadline = nil
        for peer in peers {
            guard case .member(let beacon, _) = peer.kind else { continue }
            var row = rows[peer.address] ?? Row()
            if look(&row, peer, isLive(beacon), at: now) { news.append(peer) }
            next[peer.address] = row
        }
        rows = next
        return news
    }

    private mutating func look(_ row: inout Row, _ peer: HelloPeer, _ isLive: Bool, at now: Moment) -> Bool {
        guard !isLive else {
            (row.silentSince, row.wasLive, row.isBlocked) = (nil, true, false)
            return false
        }
        let since = row.silentSince ?? (row.wasLive ? now : peer.answeredAt ?? now)
        row.silentSince = since
        guard now >= since + Self.patience else {
            wake(at: since + Self.patience)
            return false
        }
        // One that has died answers no hello either.
        guard row.isBlocked || (peer.answeredAt.map { $0 >= since } ?? false) else { return false }
        row.isBlocked = true
        let isNews = row.toldAt.map { now >= $0 + Self.spacing } ?? true
        let told = isNews ? now : row.toldAt ?? now
        row.toldAt = told
        wake(at: told + Self.spacing)
        return isNews
    }

    private mutating func wake(at moment: Moment) { deadline = deadline.map { min($0, moment) } ?? moment }
}

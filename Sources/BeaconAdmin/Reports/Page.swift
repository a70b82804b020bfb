import BeaconBasics

/// Some rows of a list that is sorted by beacon id.
struct Page<Item> {
    let items: [Item]
    /// What the next page is asked for with `after`; nil on the last one.
    let next: UInt32?

    init(_ all: [Item], by id: (Item) -> BeaconID, after: UInt32, limit: Int) {
        let rest = all.filter { id($0).rawValue > after }.sorted { id($0) < id($1) }
        items = Array(rest.prefix(limit))
        next = rest.count > limit ? items.last.map { id($0).rawValue } : nil
    }
}

import BeaconBasics

/// Who was told of lately for sealing with a key that is not ours: one event a minute and address, and no more events a
/// minute than the table has places, however many addresses a stranger invents.
struct UnknownKeys: Sendable {
    static let capacity = 256
    static let quiet = Delay.seconds(60)

    private var toldAt: [Address: Moment] = [:]
    /// A ring: the next place is the oldest entry's.
    private var order: [Address] = []
    private var next = 0

    mutating func shouldTell(of address: Address, at now: Moment) -> Bool {
        if let told = toldAt[address], now < told + Self.quiet { return false }
        if toldAt[address] != nil {
            remove(address)
        } else if order.count == Self.capacity {
            guard let told = toldAt[order[next]], now >= told + Self.quiet else { return false }
            toldAt[order[next]] = nil
        }
        insert(address, now)
        return true
    }

    private mutating func insert(_ address: Address, _ now: Moment) {
        toldAt[address] = now
        guard order.count == Self.capacity else {
            order.append(address)
            return
        }
        order[next] = address
        next = (next + 1) % Self.capacity
    }

    /// Its place must not keep its old age.
    private mutating func remove(_ address: Address) {
        toldAt[address] = nil
        order = Array(order[next...] + order[..<next]).filter { $0 != address }
        next = 0
    }
}

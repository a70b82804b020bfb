/// Values on their way, each in a slot whose number fits into an event; a slot is used again once it was taken.
struct Slots<Value>: ~Copyable {
    private var values: [Value?] = []
    private var free: [UInt32] = []

    var count: Int { values.count - free.count }

    mutating func put(_ value: consuming Value) -> UInt32 {
        if let slot = free.popLast() {
            values[Int(slot)] = value
            return slot
        }
        values.append(value)
        return UInt32(values.count - 1)
    }

    /// The value leaves; nil if it has left already.
    mutating func take(_ slot: UInt32) -> Value? {
        var value: Value?
        swap(&value, &values[Int(slot)])
        if value != nil { free.append(slot) }
        return value
    }
}

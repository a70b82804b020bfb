/// First in, first out; its memory is let go of when it is empty.
struct Queue<Element: Sendable>: Sendable {
    private var elements: [Element] = []
    private var next = 0
    private(set) var dropped: UInt64 = 0

    var isEmpty: Bool { next == elements.count }
    var count: Int { elements.count - next }

    mutating func append(_ element: Element) { elements.append(element) }

    /// For what may be lost.
    mutating func append(_ element: Element, unlessOver limit: Int) {
        guard count < limit else {
            dropped += 1
            return
        }
        elements.append(element)
    }

    mutating func pop() -> Element? {
        guard next < elements.count else { return nil }
        defer {
            next += 1
            if next == elements.count {
                elements.removeAll(keepingCapacity: elements.capacity <= 64)
                next = 0
            }
        }
        return elements[next]
    }
}

public import BeaconBasics

/// Appends control-plane values in network byte order.
public struct ControlWriter: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init(reserving capacity: Int = 1_232) { bytes.reserveCapacity(capacity) }

    public var count: Int { bytes.count }

    public mutating func put8(_ value: UInt8) { bytes.append(value) }
    public mutating func put16(_ value: UInt16) { put(UInt64(value), width: 2) }
    public mutating func put32(_ value: UInt32) { put(UInt64(value), width: 4) }
    public mutating func put48(_ value: UInt64) { put(value, width: 6) }
    public mutating func put64(_ value: UInt64) { put(value, width: 8) }
    public mutating func put(_ beacon: BeaconID) { put32(beacon.rawValue) }
    public mutating func put(_ session: SessionID) { put48(session.rawValue) }
    public mutating func put(_ node: NodeID) { put32(node.rawValue) }

    /// Base-128, least significant group first; 1 … 10 bytes.
    public mutating func putVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// `iplen(1: 4 or 16) ip port(2)`, as on the data port; a link-local scope is not sent.
    public mutating func put(_ address: Address) {
        if address.isIPv4 {
            put8(4)
            put32(address.ipv4)
        } else {
            put8(16)
            put64(address.high)
            put64(address.low)
        }
        put16(address.port)
    }

    public mutating func append(_ other: some Sequence<UInt8>) { bytes.append(contentsOf: other) }

    /// Takes back everything past `count` bytes: an item that turned out not to fit.
    public mutating func truncate(to count: Int) { bytes.removeLast(bytes.count - count) }

    private mutating func put(_ value: UInt64, width: Int) {
        for shift in (0..<width).reversed() { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift * 8))) }
    }
}

/// Reads what `ControlWriter` wrote. Total: past the end, or at a value that is not well-formed, it gives nil and stays
/// where it is.
public struct ControlReader: Sendable {
    private let bytes: [UInt8]
    public private(set) var offset: Int
    private let end: Int

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
        offset = 0
        end = bytes.count
    }

    private init(_ bytes: [UInt8], from offset: Int, to end: Int) {
        self.bytes = bytes
        self.offset = offset
        self.end = end
    }

    public var remaining: Int { end - offset }
    public var isAtEnd: Bool { offset == end }

    public mutating func take8() -> UInt8? { take(1).map { UInt8(truncatingIfNeeded: $0) } }
    public mutating func take16() -> UInt16? { take(2).map { UInt16(truncatingIfNeeded: $0) } }
    public mutating func take32() -> UInt32? { take(4).map { UInt32(truncatingIfNeeded: $0) } }
    public mutating func take48() -> UInt64? { take(6) }
    public mutating func take64() -> UInt64? { take(8) }
    public mutating func takeBeacon() -> BeaconID? { take32().map { BeaconID($0) } }
    public mutating func takeSession() -> SessionID? { take48().map { SessionID($0) } }
    public mutating func takeNode() -> NodeID? { take32().map { NodeID($0) } }

    /// At most ten bytes, and no more than 64 bits.
    public mutating func takeVarint() -> UInt64? {
        var value: UInt64 = 0
        for position in 0..<10 where offset + position < end {
            let byte = bytes[offset + position]
            if position == 9, byte > 1 { return nil }
            value |= UInt64(byte & 0x7F) << UInt64(7 * position)
            if byte & 0x80 == 0 {
                offset += position + 1
                return value
            }
        }
        return nil
    }

    public mutating func takeAddress() -> Address? {
        let start = offset
        if let length = take8() {
            if length == 4, let ip = take32(), let port = take16() { return Address(ipv4: ip, port: port) }
            if length == 16, let high = take64(), let low = take64(), let port = take16() {
                return Address(high: high, low: low, port: port)
            }
        }
        offset = start
        return nil
    }

    /// The next `count` bytes as a reader of their own.
    public mutating func takeReader(_ count: Int) -> ControlReader? {
        guard count >= 0, count <= remaining else { return nil }
        defer { offset += count }
        return ControlReader(bytes, from: offset, to: offset + count)
    }

    public mutating func takeBytes(_ count: Int) -> [UInt8]? {
        guard count >= 0, count <= remaining else { return nil }
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }

    private mutating func take(_ width: Int) -> UInt64? {
        guard remaining >= width else { return nil }
        var value: UInt64 = 0
        for position in offset..<offset + width { value = value << 8 | UInt64(bytes[position]) }
        offset += width
        return value
    }
}

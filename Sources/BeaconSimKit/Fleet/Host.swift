import BeaconBasics
import BeaconCrypto

/// A host of the fleet: its address, its clocks and its stored keys outlive the beacon process on it.
final class Host {
    let index: Int
    let beacon: BeaconID
    let control: Address
    let data: Address
    var clock: HostClock
    var process: BeaconProcess?
    /// Processes started so far.
    var lives: UInt32 = 0
    var pace = Pace.normal
    /// What waits while the process does not get to work.
    var inbox: [Event] = []
    var busyUntil = Moment(nanoseconds: 0)
    /// What `keysChanged` stored.
    var keys: KeyRing
    /// Its last process drained before it left.
    var hasLeftDrained = false
    /// A crashed host that is gone altogether refuses no connection: it is silent.
    var isSilent = false
    /// What the plan does to it now; an excuse lasts as long as any of it does.
    var troubles: HostTroubles = []
    /// Until then nothing that is said of it, or by it, is held against the fleet.
    var excusedUntil = Moment(nanoseconds: 0)
    /// When it stopped for good or for now; nil while it runs.
    var stoppedAt: Moment?
    var traffic = HostTraffic()

    /// A socket buffer of 208 KiB holds about so many small datagrams (the kernel counts 832 bytes for each).
    static let inboxLimit = 256

    init(index: Int, beacon: BeaconID, clock: HostClock, keys: KeyRing) {
        self.index = index
        self.beacon = beacon
        self.clock = clock
        self.keys = keys
        control = Self.address(index, port: Self.controlPort)
        data = Self.address(index, port: Self.dataPort)
    }

    static let controlPort: UInt16 = 9_011
    static let dataPort: UInt16 = 9_001

    static func address(_ index: Int, port: UInt16) -> Address {
        Address(ipv4: 0x0A00_0000 | UInt32(index + 1), port: port)
    }

    /// The host that has this data address; nil = it is a daemon's.
    static func index(ofData address: Address) -> Int? {
        guard address.isIPv4, address.ipv4 >> 24 == 10, address.port == dataPort else { return nil }
        return Int(address.ipv4 & 0xFF_FFFF) - 1
    }

    /// The host that has this control address.
    @inline(__always)
    static func index(of address: Address) -> Int? {
        guard address.isIPv4, address.ipv4 >> 24 == 10, address.port == controlPort else { return nil }
        return Int(address.ipv4 & 0xFF_FFFF) - 1
    }
}

struct HostTroubles: OptionSet, Sendable {
    let rawValue: UInt8

    static let deaf = HostTroubles(rawValue: 1)
    static let mute = HostTroubles(rawValue: 2)
    static let pace = HostTroubles(rawValue: 4)
}

/// How a process gets to its work.
enum Pace: Sendable {
    case normal
    /// Stopped; what comes is kept as far as the socket buffer holds it.
    case paused
    /// The receive path is late by so much; timers are on time.
    case late(Delay, Delay)
    /// Every piece of work, timers too, takes so long.
    case starved(Delay, Delay)

    var isNormal: Bool { if case .normal = self { true } else { false } }
}

/// Bytes that a host has sent on its control port: 28 bytes of IP and UDP header a datagram counted.
struct HostTraffic: Sendable {
    var datagrams: UInt64 = 0
    var bytes: UInt64 = 0
    private var second: UInt64 = 0
    private var inSecond: UInt64 = 0
    /// The most in any second.
    private(set) var peak: UInt64 = 0

    @inline(__always)
    mutating func count(_ size: Int, at now: Moment) {
        datagrams &+= 1
        bytes &+= UInt64(size)
        let this = now.nanoseconds >> 30
        if this != second { (second, inSecond) = (this, 0) }
        inSecond &+= UInt64(size)
        if inSecond > peak { peak = inSecond }
    }
}

import BeaconBasics
import BeaconRelay
import CLinux

/// When to use UDP_GRO: once senders come in bursts, and only as long as the kernel then really delivers runs. Without
/// bursts it costs a control message a datagram and gains nothing.
struct Coalescing {
    let isCapable: Bool
    private(set) var isOn = false

    private var lastSource = Address.none
    private var lastLength = 0
    /// Datagrams of this batch that continue a burst: same source and length as the one before.
    private var continuing = 0
    /// Batches in a row that were mostly bursts (while off) or that brought no runs (while on).
    private var streak = 0
    private var retryAt = Moment(nanoseconds: 0)
    private var backoff = Coalescing.firstBackoff
    /// Runs have come since the option was turned on.
    private var hasPaid = false

    private static let batchesToTurnOn = 8
    private static let batchesToTurnOff = 256
    private static let firstBackoff = Delay.seconds(1)
    private static let longestBackoff = Delay.seconds(64)

    /// The option must stick: kernels before 5.12 take it and deliver nothing. A socket that was taken over may have it on,
    /// and keeps it: runs that wait in its queue could not be split otherwise.
    init(probing socket: borrowing UDPSocket) {
        isOn = linux_get_gro(socket.descriptor) == 1
        isCapable = linux_set_gro(socket.descriptor, true) == 0 && linux_get_gro(socket.descriptor) == 1
        _ = linux_set_gro(socket.descriptor, isOn)
    }

    @inline(__always)
    mutating func see(_ source: Address, length: Int) {
        if length == lastLength, source == lastSource {
            continuing += 1
        } else {
            lastSource = source
            lastLength = length
        }
    }

    /// Looks at a batch that is over, and turns the option on or off.
    @inline(__always)
    mutating func adapt(
        buffers: Int, datagrams: Int, _ socket: borrowing UDPSocket, _ offloads: Offloads, at now: Moment
    ) {
        let bursty = continuing * 2 >= buffers && buffers >= 4
        continuing = 0
        if isOn {
            let pays = datagrams >= buffers * 2
            hasPaid = hasPaid || pays
            streak = pays ? 0 : streak + 1
            let wanted = offloads.contains(.groAlways) || (offloads.contains(.gro) && streak < Self.batchesToTurnOff)
            if !wanted { turn(false, socket, at: now) }
        } else if isCapable {
            streak = bursty ? streak + 1 : 0
            let wanted =
                offloads.contains(.groAlways)
                || (offloads.contains(.gro) && streak >= Self.batchesToTurnOn && now >= retryAt)
            if wanted { turn(true, socket, at: now) }
        }
    }

    @inline(never)
    private mutating func turn(_ on: Bool, _ socket: borrowing UDPSocket, at now: Moment) {
        guard linux_set_gro(socket.descriptor, on) == 0 else { return }
        isOn = on
        streak = 0
        if !on {
            // A sender that only looks bursty (sendmmsg, no segmentation) must not make us flap.
            backoff =
                hasPaid ? Self.firstBackoff : min(Delay(nanoseconds: backoff.nanoseconds * 2), Self.longestBackoff)
            retryAt = now + backoff
        }
        hasPaid = false
    }
}

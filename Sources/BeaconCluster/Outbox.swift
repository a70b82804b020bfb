import BeaconBasics
import BeaconCrypto
import BeaconWire

/// Messages on their way out: those to one place share a datagram while there is room. Bounded; what does not fit any
/// more is dropped like a datagram that the network loses.
struct Outbox: Sendable {
    /// UDP payload, seal included: what passes every path of IPv6's minimum MTU.
    static let maximumDatagram = 1_232
    static let maximumBody = maximumDatagram - SealedHeader.overhead
    static let maximumParcels = 16_384

    struct Destination: Hashable {
        var address: Address
        /// nil: nobody knows yet who is there.
        var beacon: BeaconID?
    }

    struct Parcel {
        var destination: Destination
        /// Another key than the ring's first, for who has not got that yet.
        var keyID: UInt16?
        var writer = ControlWriter(reserving: 256)
        /// Log heads go with it.
        var carriesHeads = false
        /// The most that it may hold, and nothing is added to fill it: it goes where a datagram claims to have come from,
        /// and whoever lies about that must not get more out of us than he has sent. nil: it may be full.
        var answerRoom: Int?
    }

    private var parcels: [Parcel] = []
    private var next = 0
    /// The parcel that still takes messages, by destination.
    private var filling: [Destination: Int] = [:]
    private(set) var refused: UInt64 = 0
    private(set) var tooLarge: UInt64 = 0

    var isEmpty: Bool { next == parcels.count }
    var count: Int { parcels.count - next }

    mutating func add(
        to destination: Destination, keyID: UInt16? = nil, carriesHeads: Bool = false, answerRoom: Int? = nil,
        _ write: (inout ControlWriter) -> Void
    ) {
        let position = filling[destination].flatMap { parcels[$0].keyID == keyID ? $0 : nil }
        if let position {
            let before = parcels[position].writer.count
            let room = answerRoom == nil ? nil : parcels[position].answerRoom
            write(&parcels[position].writer)
            if parcels[position].writer.count <= room ?? Self.maximumBody {
                if carriesHeads { parcels[position].carriesHeads = true }
                parcels[position].answerRoom = room
                return
            }
            parcels[position].writer.truncate(to: before)
            if room != nil {
                refused += 1
                return
            }
        }
        open(
            Parcel(destination: destination, keyID: keyID, carriesHeads: carriesHeads, answerRoom: answerRoom), write)
    }

    private mutating func open(_ parcel: Parcel, _ write: (inout ControlWriter) -> Void) {
        guard count < Self.maximumParcels else {
            refused += 1
            return
        }
        var parcel = parcel
        write(&parcel.writer)
        guard parcel.writer.count <= Self.maximumBody else {
            tooLarge += 1
            return
        }
        guard parcel.writer.count <= parcel.answerRoom ?? Self.maximumBody else {
            refused += 1
            return
        }
        guard parcel.writer.count > 0 else { return }
        filling[parcel.destination] = parcels.count
        parcels.append(parcel)
    }

    /// The oldest parcel; it is closed.
    mutating func pop() -> Parcel? {
        guard next < parcels.count else { return nil }
        let parcel = parcels[next]
        if filling[parcel.destination] == next { filling[parcel.destination] = nil }
        next += 1
        if next == parcels.count {
            parcels.removeAll(keepingCapacity: parcels.capacity <= 64)
            filling.removeAll(keepingCapacity: true)
            next = 0
        }
        return parcel
    }
}

import BeaconBasics
import BeaconLoadKit
import Glibc

/// Sends garbage at a rate and listens to nothing. Between batches it sleeps: the beacon may need the CPU.
struct Flood: ~Copyable {
    struct Result {
        var seconds: Double
        var sent: UInt64
        /// By `Garbage.Kind.allCases`.
        var written: [UInt64]

        var perSecond: Double { seconds > 0 ? Double(sent) / seconds : 0 }
    }

    private static let batch = 64
    private static let nap: useconds_t = 100

    private var garbage: Garbage
    private let sockets: SocketGroup
    private var outgoing = SendBatch(capacity: batch, frameSize: Garbage.longest, segmented: false)
    private var next = 0

    init(_ garbage: Garbage, _ sockets: consuming SocketGroup) {
        self.garbage = garbage
        self.sockets = sockets
    }

    mutating func run(rate: Double, seconds: Double) throws(LoadError) -> Result {
        let begin = monotonicNow()
        var now = begin
        var pacer = Pacer(.rate(rate), quantum: 1, limit: Self.batch, at: begin)
        var sent: UInt64 = 0
        while now.since(begin).inSeconds < seconds, !Interrupt.isRequested {
            let room = pacer.room(inFlight: 0, at: now)
            if room > 0 {
                sent += UInt64(try send(room))
                pacer.spend(room)
            } else {
                usleep(Self.nap)
            }
            now = monotonicNow()
        }
        return Result(seconds: now.since(begin).inSeconds, sent: sent, written: garbage.written)
    }

    /// How many left: what the kernel has no room for is not tried again.
    private mutating func send(_ count: Int) throws(LoadError) -> Int {
        for index in 0..<count {
            var frame = outgoing.frame(index).mutableBytes
            outgoing.resize(index, to: garbage.write(to: &frame))
        }
        let descriptor = sockets.descriptors[next]
        next = next + 1 == sockets.count ? 0 : next + 1
        return try outgoing.send(0..<count, on: descriptor, to: sockets.server)
    }
}

import BeaconBasics
import BeaconControl
import Glibc

/// Waits for the end of a drain and shows how far it is. The deciding is `DrainFollower`'s.
struct DrainWait {
    private let client: AdminClient
    private var follower: DrainFollower
    private var display: DrainDisplay

    init(_ client: AdminClient, _ style: TextStyle, _ order: DrainReading) {
        self.client = client
        follower = DrainFollower(order, at: now())
        display = DrainDisplay(style)
        show(order)
    }

    mutating func end() async throws -> CommandStatus {
        while true {
            var reader = DrainReader()
            var end: DrainEnd?
            var reason = "the admin server closed the connection before the drain's end"
            do {
                // The lines come every second; ten without one, and something is wrong.
                try await client.read(.get, "/drain?watch=1s&format=json", patience: .seconds(10)) { part in
                    for reading in reader.read(part) where end == nil {
                        show(reading)
                        end = follower.read(reading, at: now())
                    }
                    return end == nil && reader.failure == nil
                }
            } catch {
                reason = "\(error)"
            }
            if let failure = reader.failure { throw failure }
            if let end = end ?? follower.broke(reason, at: now()) {
                writeOutput(display.end(end).utf8)
                return end.exitStatus
            }
        }
    }

    private mutating func show(_ reading: DrainReading) {
        writeOutput(display.show(reading, at: now(), columns: Terminal.columns).utf8)
    }
}

private func now() -> Moment {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Moment(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
}

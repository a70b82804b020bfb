import BeaconAdmin
import Glibc

extension NodeBackend {
    /// Keeps an event of now.
    func tell(_ kind: String, _ fields: KeyValuePairs<String, String> = [:]) {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        log.add(
            kind, fields.map { BeaconEvent.Field($0.key, $0.value) },
            time: Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)
    }

    func events(after id: UInt64, limit: Int) -> EventPage { log.page(after: id, limit: limit) }
    func recentEvents(limit: Int) -> EventPage { log.recent(limit: limit) }
}

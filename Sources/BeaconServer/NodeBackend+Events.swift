import BeaconBasics
import BeaconClock

extension NodeBackend {
    /// Keeps an event of now.
    func tell(_ kind: EventKind, _ fields: KeyValuePairs<String, String> = [:]) {
        log.add(kind, fields.map { BeaconEvent.Field($0.key, $0.value) }, time: SystemClock.unixTime())
    }

    /// Keeps an operator's order, and how it ended.
    func tellOrder<Result>(_ action: String, of target: String = "", _ result: Result) -> Result {
        tell(.adminWrite, ["action": action, "target": target, "result": "\(result)"])
        return result
    }

    func events(after id: UInt64, limit: Int) -> EventPage { log.page(after: id, limit: limit) }
    func recentEvents(limit: Int) -> EventPage { log.recent(limit: limit) }
}

import BeaconBasics

extension Report {
    /// `/events` as a list. `next`: what to ask for with `after` while there is more; `newest`: once there is not.
    static func events(_ page: EventPage) -> Report {
        let last = page.events.last?.id
        return [
            "events": .array(page.events.map(event)),
            "next": Report(last.flatMap { $0 < page.newest ? $0 : nil }),
            "newest": Report(page.newest),
            "gap": Report(page.isGap),
        ]
    }

    static func event(_ event: BeaconEvent) -> Report {
        [
            "id": Report(event.id),
            "time": Report(seconds: event.time),
            "kind": Report(event.kind.rawValue),
            "fields": Report(inline: event.fields.map { ($0.name, Report($0.value)) }),
        ]
    }
}

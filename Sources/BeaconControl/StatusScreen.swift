public import BeaconJSON

/// `beaconctl status`: `/stats` on one screen. What a beacon of another version does not say is left out.
public enum StatusScreen {
    public static func text(_ stats: JSON, _ style: TextStyle) -> String {
        var lines = [headline(stats, style)]
        func add(_ name: String, _ words: String?) {
            guard let words else { return }
            lines.append(name + String(repeating: " ", count: max(1, 10 - name.count)) + words)
        }
        add("listen", stats["listen"]?.string)
        add("nodes", nodes(stats["nodes"]))
        add("rates", rates(stats["rates"]))
        add("total", total(stats["totals"]))
        add("drops", drops(stats["dropped"]))
        add("fleet", fleet(stats["fleet"], style))
        add("registry", registry(stats["registry"], style))
        add("drain", drain(stats["drain"], style))
        add("process", process(stats["process"]))
        return lines.joined(separator: "\n") + "\n"
    }

    private static func headline(_ stats: JSON, _ style: TextStyle) -> String {
        let id = stats["beacon_id"]?.integer ?? 0
        let name = id == 0 ? "beacon" : "beacon \(id)"
        let state =
            stats["ready"]?.bool == true
            ? style.good("ready") : style.bad("not ready: \(stats["unready_reason"]?.string ?? "no reason is given")")
        let up = stats["uptime_seconds"]?.double.map { ", up \(duration($0))" } ?? ""
        return "\(name) \(stats["version"]?.string ?? "")\(up): \(state)"
    }

    private static func nodes(_ nodes: JSON?) -> String? {
        guard let registered = nodes?["registered"]?.integer, let capacity = nodes?["capacity"]?.integer else {
            return nil
        }
        return "\(registered) of \(capacity) registered, \(nodes?["routes"]?.integer ?? 0) at reference beacons"
    }

    /// Null during the first seconds.
    private static func rates(_ rates: JSON?) -> String? {
        guard let received = rates?["received"]?.double else { return nil }
        func rate(_ name: String) -> String { "\(Int((rates?[name]?.double ?? 0).rounded()))" }
        return "\(Int(received.rounded())) received/s, \(rate("forwarded")) forwarded, \(rate("answered")) answered, "
            + "\(rate("dropped")) dropped"
    }

    private static func total(_ totals: JSON?) -> String? {
        guard let received = totals?["received"]?.integer else { return nil }
        func count(_ name: String) -> String { "\(totals?[name]?.integer ?? 0)" }
        return "\(received) received, \(count("forwarded")) forwarded, \(count("answered")) answered, "
            + "\(count("dropped")) dropped"
    }

    /// The three reasons with the most.
    private static func drops(_ reasons: JSON?) -> String? {
        guard let reasons else { return nil }
        let counts = reasons.members.compactMap { member in member.value.integer.map { (name: member.key, count: $0) } }
            .filter { $0.count > 0 }.sorted { ($1.count, $0.name) < ($0.count, $1.name) }
        return counts.isEmpty ? "none" : counts.prefix(3).map { "\($0.name) \($0.count)" }.joined(separator: ", ")
    }

    private static func fleet(_ fleet: JSON?, _ style: TextStyle) -> String? {
        guard let members = fleet?["members"] else { return nil }
        func count(_ name: String) -> Int { members[name]?.integer ?? 0 }
        let bad = ["suspect", "dead"].filter { count($0) > 0 }.map { style.bad("\(count($0)) \($0)") }
        let good = ["draining", "left"].filter { count($0) > 0 }.map { "\(count($0)) \($0)" }
        return (["\(count("alive")) others alive"] + bad + good).joined(separator: ", ")
    }

    private static func registry(_ registry: JSON?, _ style: TextStyle) -> String? {
        guard let state = registry?["state"]?.string, let address = registry?["address"]?.string else { return nil }
        guard state != "ok", state != "never" else { return "\(address) \(state)" }
        return "\(address) " + style.bad(state) + (registry?["last_error"]?.string.map { ": \($0)" } ?? "")
    }

    private static func drain(_ drain: JSON?, _ style: TextStyle) -> String? {
        guard let reading = drain.flatMap(DrainReading.init) else { return nil }
        guard reading.state == .draining else { return reading.state == .left ? style.bad("left") : "serving" }
        return style.bad("draining") + ": \(reading.nodesLeft) of \(reading.nodesAtStart) nodes left, "
            + "\(duration(reading.leftSeconds)) to the deadline"
    }

    private static func process(_ process: JSON?) -> String? {
        guard let bytes = process?["resident_bytes"]?.integer, let cpu = process?["cpu_seconds"]?.double else {
            return nil
        }
        return "\(bytes >> 20) MiB, \(duration(cpu)) of CPU"
    }

    /// The two largest units: `3d 4h`, `5m 6s`.
    static func duration(_ seconds: Double) -> String {
        let seconds = Int(max(0, min(seconds, 1e12)))
        let parts = [
            (seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s"),
        ]
        let first = parts.firstIndex { $0.0 > 0 } ?? 3
        return parts[first...].prefix(2).map { "\($0.0)\($0.1)" }.joined(separator: " ")
    }
}

import BeaconBasics

extension Simulation {
    /// The largest datagram that beacons may send (design, §4.6): 1,280 bytes of IPv6 without its headers.
    static let largestDatagram = 1_232
    /// One way: from here on it is a long one.
    static let longDelay = Delay.milliseconds(100)
    /// Where hostile datagrams come from, when not from an address of the fleet.
    static let stranger = Address(ipv4: 0xC000_0201, port: 53)

    func send(_ bytes: consuming [UInt8], from host: Host, to address: Address) {
        host.traffic.count(bytes.count + 28, at: now)
        if bytes.count > Self.largestDatagram { fail(.contract, "a datagram of \(bytes.count) bytes", [host.index]) }
        guard let to = Host.index(of: address), to < hosts.count else {
            return sendToStranger(bytes, from: host, to: address)
        }
        checkLeft(to, by: host)
        if recorder.isOn { recorder.record(bytes, from: host.index, to: to) }
        guard !network.isBlocked(from: host.index, to: to) else { return drop(bytes, host, to) }
        guard !network.loses(from: host.index, to: to, at: now) else {
            report.exercised(network.settings.burst == nil ? .loss : .burst)
            return drop(bytes, host, to)
        }
        trace.record(
            TraceRecord(
                at: now, what: .sent, host: UInt32(host.index), other: UInt32(to), detail: Self.tail(bytes)))
        if network.isDuplicated() {
            report.exercised(.duplication)
            put(bytes, from: host, to: to)
        }
        put(bytes, from: host, to: to)
    }

    /// S5: who has left, and is gone, is left alone; only a contact (a seed) is asked whether somebody is there again.
    private func checkLeft(_ to: Int, by host: Host) {
        guard to < members, to >= Self.seedCount, rows[host.index, to].state == .left, hosts[to].process == nil,
            let stopped = hosts[to].stoppedAt, now > stopped + .seconds(1), !truth[to].isDisputed,
            // A host that lags answers late.
            now > rows[host.index, to].since + .seconds(1), isWell(host)
        else { return }
        fail(.s5, "host \(host.index) sends to member \(to), which has left", [host.index, to])
    }

    /// Whoever spoofs a source gets no more out of us than he sent (S13: reflection factor at most 1).
    private func sendToStranger(_ bytes: [UInt8], from host: Host, to address: Address) {
        guard address == Self.stranger else {
            return fail(.contract, "a datagram to \(address), where nobody ever was", [host.index])
        }
        toStrangers += UInt64(bytes.count)
        if toStrangers > fromStrangers {
            fail(.s13, "\(fromStrangers) hostile bytes were answered by \(toStrangers)", [host.index])
        }
    }

    private func put(_ bytes: [UInt8], from host: Host, to: Int) {
        let delay = host.index == to ? Delay(nanoseconds: 20_000) : network.delay(from: host.index, to: to)
        if delay >= Self.longDelay { report.exercised(.delay) }
        let datagram = InFlight(bytes: bytes, source: host.control, from: UInt32(host.index))
        queue.push(.datagram, at: now + delay, host: to, first: payloads.put(datagram))
    }

    private func drop(_ bytes: [UInt8], _ host: Host, _ to: Int) {
        trace.record(
            TraceRecord(
                at: now, what: .lost, host: UInt32(host.index), other: UInt32(to), detail: Self.tail(bytes)))
    }

    // MARK: Hosts that lag

    /// An event for a process that does not get to it at once.
    func lag(_ event: Event, at host: Host) {
        switch host.pace {
        case .normal: work(event, at: host)
        case .late(let low, let high):
            guard event.kind == .datagram else { return work(event, at: host) }
            guard event.second == 0 else { return work(event, at: host) }
            report.exercised(.late)
            // The second mark says that it has waited.
            queue.push(event.kind, at: now + dice.between(low, high), host: host.index, first: event.first, second: 1)
        case .paused:
            keep(event, at: host, .pause)
        case .starved:
            keep(event, at: host, .starved)
            if host.inbox.count == 1, let process = host.process {
                queue.push(.service, at: max(now, host.busyUntil), host: host.index, first: process.life)
            }
        }
    }

    private func keep(_ event: Event, at host: Host, _ fault: FaultClass) {
        guard host.process != nil else { return discard(event) }
        report.exercised(fault)
        if event.kind == .datagram, host.inbox.count >= Host.inboxLimit {
            report.exercised(.overflow)
            return discard(event)
        }
        host.inbox.append(event)
    }

    /// A host that starves does one piece of its work.
    func serveInbox(of host: Host, life: UInt32) {
        guard let process = host.process, process.life == life, case .starved(let low, let high) = host.pace,
            !host.inbox.isEmpty
        else { return }
        work(host.inbox.removeFirst(), at: host)
        host.busyUntil = now + dice.between(low, high)
        if !host.inbox.isEmpty { queue.push(.service, at: host.busyUntil, host: host.index, first: life) }
    }

    /// All that waited, in its order.
    func emptyInbox(of host: Host) {
        let waiting = host.inbox
        host.inbox = []
        for event in waiting where host.process != nil { work(event, at: host) }
    }

    func discardInbox(of host: Host) {
        for event in host.inbox { discard(event) }
        host.inbox = []
    }

    private func discard(_ event: Event) {
        if event.kind == .datagram { _ = payloads.take(event.first) }
    }
}

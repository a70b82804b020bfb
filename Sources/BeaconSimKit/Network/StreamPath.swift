import BeaconBasics

/// How long a reliable exchange takes over a path that loses datagrams: TCP in the large, not segment by segment.
extension Network {
    /// Bytes that the headers of `count` bytes of stream cost: 40 a segment, and as much for its acknowledgement by twos.
    static func streamBytes(_ count: Int) -> Int { count + (count / 1_400 + 1) * 60 }

    /// Until a connection stands (SYN sent again after 1, 3 and 7 s: RFC 6298); nil = not before `limit`.
    mutating func connectDelay(from: Int, to: Int, at now: Moment, limit: Delay) -> Delay? {
        var wait: UInt64 = 0
        for attempt in 0..<4 {
            let there = now + Delay(nanoseconds: wait)
            if !isBlocked(from: from, to: to), !isBlocked(from: to, to: from),
                !loses(from: from, to: to, at: there), !loses(from: to, to: from, at: there)
            {
                let total = Delay(nanoseconds: wait + base(from, to).nanoseconds * 2)
                return total < limit ? total : nil
            }
            wait += 1_000_000_000 << UInt64(attempt)
        }
        return nil
    }

    /// Until `count` bytes have arrived; nil = not before `limit`. 100 Mbit/s, slow start from ten segments, a round trip
    /// for each loss among many segments, a timeout of 200 ms (doubling) where a lone segment is lost.
    mutating func transferDelay(_ count: Int, from: Int, to: Int, at now: Moment, limit: Delay) -> Delay? {
        guard !isBlocked(from: from, to: to), !isBlocked(from: to, to: from) else { return nil }
        let oneWay = base(from, to).nanoseconds
        let segments = count / 1_400 + 1
        var total = oneWay + UInt64(count) * 80
        var window = 10
        var sent = 0
        while sent + window < segments {
            sent += window
            window *= 2
            total += oneWay * 2
            if loses(from: from, to: to, at: now + Delay(nanoseconds: total)) { total += oneWay * 2 }
        }
        var timeout: UInt64 = 200_000_000
        while loses(from: from, to: to, at: now + Delay(nanoseconds: total)) {
            total += timeout
            timeout *= 2
            guard total < limit.nanoseconds else { return nil }
        }
        return total < limit.nanoseconds ? Delay(nanoseconds: total) : nil
    }
}

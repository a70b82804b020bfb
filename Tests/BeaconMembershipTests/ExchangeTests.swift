import BeaconBasics
import Testing

@testable import BeaconMembership

@Suite struct ExchangeTests {
    @Test func requestsAndRepliesAreReadAsWritten() {
        var samples = Samples(3)
        for round in 0..<200 {
            let buckets = (0..<1 << (round % 9)).map { _ in samples.word() }
            let requests: [ExchangeRequest] = [
                .probe(samples.beacon(), samples.held()), .compare(buckets), .push(samples.records()),
            ]
            for request in requests { #expect(ExchangeRequest(request.bytes) == request) }
            let replies: [ExchangeReply] = [
                .alive(samples.beacon(), samples.session(), incarnation: samples.word(), drain: samples.drain()),
                .records(differing: buckets.map { _ in samples.flag() }, samples.records()), .taken,
                .busy(samples.records()),
            ]
            for reply in replies { #expect(ExchangeReply(reply.bytes) == reply) }
        }
    }

    @Test func anyBytesAreAValueOrNone() {
        var samples = Samples(4)
        var read = 0
        for _ in 0..<20_000 {
            var bytes = samples.bytes(Int(samples.random.next() % 80) + 1)
            bytes[0] = bytes[0] % 5
            if let request = ExchangeRequest(bytes) {
                read += 1
                #expect(ExchangeRequest(request.bytes) == request)
            }
            if let reply = ExchangeReply(bytes) { #expect(ExchangeReply(reply.bytes) == reply) }
        }
        #expect(read > 100)
    }

    @Test func aRequestForMoreBucketsThanItHasIsNone() {
        #expect(ExchangeRequest([2, 12] + [UInt8](repeating: 0, count: 100)) == nil)
        #expect(ExchangeRequest([2, 13] + [UInt8](repeating: 0, count: 40_000)) == nil)
        #expect(ExchangeRequest([]) == nil)
    }
}

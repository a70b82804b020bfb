public import BeaconBasics
import BeaconCrypto
import BeaconDirectory
import BeaconMembership

/// One request and one reply over TCP, each a sealed record of at most 1 MiB; the first byte of the text says whose it is.
extension Cluster {
    mutating func openStream(
        _ channel: Streams.Channel, _ ticket: UInt64, _ request: [UInt8], to address: Address, beacon: BeaconID?,
        at now: ClusterTime
    ) {
        guard !streams.isFull, request.count <= Streams.maximumText else {
            tally.streamsFailed += 1
            return end(channel, ticket, reply: nil, at: now)
        }
        let record = seal.seal(
            [channel.rawValue] + request, as: .streamRequest, counter: links.nextCounter(to: nil), for: beacon,
            keyID: beacon.flatMap { links.speaks($0) })
        guard case .success(let header) = SealedHeader.parse(record.span.bytes) else { return }
        let id = streams.begin(channel, ticket: ticket, request: header, at: now.moment)
        tally.streamsOpened += 1
        outputs.append(.streamOpen(id, to: address, request: record))
    }

    /// What came back on a stream that `.streamOpen` asked for (one sealed record); nil = refused, cut or late.
    public mutating func streamEnded(_ stream: StreamID, reply: [UInt8]?, at now: ClusterTime) {
        guard let open = streams.end(stream) else { return }
        let text = reply.flatMap { openReply($0, to: open) }
        if text == nil { tally.streamsFailed += 1 }
        end(open.channel, open.ticket, reply: text, at: now)
        pump(now)
    }

    private mutating func openReply(_ record: [UInt8], to open: Streams.Open) -> [UInt8]? {
        guard record.count <= Streams.maximumRecord else {
            dropStream(.tooLarge)
            return nil
        }
        switch peers.openReply(record.span.bytes, to: open.request, with: seal) {
        case .failure(let failure):
            dropStream(failure.drop)
            return nil
        case .success(let opened):
            guard opened.text.first == open.channel.rawValue else {
                dropStream(.malformed)
                return nil
            }
            return Array(opened.text.dropFirst())
        }
    }

    private mutating func dropStream(_ reason: ControlDrop) { tally.streamsDropped[reason.rawValue] += 1 }

    mutating func expire(_ stream: Streams.Open, at now: ClusterTime) {
        tally.streamsFailed += 1
        outputs.append(.streamClose(stream.id))
        end(stream.channel, stream.ticket, reply: nil, at: now)
    }

    private mutating func end(_ channel: Streams.Channel, _ ticket: UInt64, reply: [UInt8]?, at now: ClusterTime) {
        switch channel {
        case .membership: membership.exchangeEnded(ticket, reply: reply, at: now.moment)
        case .directory: directory.exchangeEnded(ticket, reply: reply, at: now)
        }
    }

    // MARK: Serving

    /// A peer's request over a stream (one sealed record); answered by `.streamReply` or `.streamClose` of the same id.
    public mutating func serve(_ request: RawSpan, on stream: StreamID, from source: Address, at now: ClusterTime) {
        if let reply = reply(to: request, from: source, at: now) {
            tally.streamsServed += 1
            outputs.append(.streamReply(stream, reply))
        } else {
            outputs.append(.streamClose(stream))
        }
        pump(now)
    }

    private mutating func reply(to record: RawSpan, from source: Address, at now: ClusterTime) -> [UInt8]? {
        guard record.byteCount <= Streams.maximumRecord else {
            dropStream(.tooLarge)
            return nil
        }
        switch peers.open(record, as: .streamRequest, with: seal) {
        case .failure(let failure):
            dropStream(failure.drop)
            return nil
        case .success(let opened):
            heard(opened, at: now)
            return reply(to: opened, at: now)
        }
    }

    private mutating func reply(to opened: OpenedRecord, at now: ClusterTime) -> [UInt8]? {
        let sender = opened.header.origin.sender
        guard let code = opened.text.first, let channel = Streams.Channel(rawValue: code), sender != me.beacon else {
            dropStream(.malformed)
            return nil
        }
        let request = Array(opened.text.dropFirst())
        let text =
            switch channel {
            case .membership: membership.serve(request, from: sender, at: now.moment)
            case .directory: directory.serve(request, from: sender, at: now)
            }
        guard let text, text.count <= Streams.maximumText else { return nil }
        return seal.seal(
            [code] + text, as: .streamReply, counter: links.nextCounter(to: nil), for: sender,
            keyID: opened.header.keyID, answering: opened.header)
    }
}

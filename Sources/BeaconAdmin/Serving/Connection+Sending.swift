import NIOCore

extension Connection {
    /// Progress is noticed a chunk at a time: a slow client that takes one within the stall time is not cut off.
    private static let chunkBytes = 16 * 1024

    func send(_ bytes: [UInt8]) {
        guard let context else { return }
        if unsent == 0 { watchProgress() }
        unsent += bytes.count
        var rest = ByteBuffer(bytes: bytes)
        while let chunk = rest.readSlice(length: min(Self.chunkBytes, rest.readableBytes)), chunk.readableBytes > 0 {
            let promise = context.eventLoop.makePromise(of: Void.self)
            promise.futureResult.assumeIsolated().whenSuccess { [self] in sent(chunk.readableBytes) }
            context.write(wrapOutboundOut(chunk), promise: promise)
        }
        context.flush()
    }

    /// A write that fails closes the channel; nothing is left to count then.
    private func sent(_ count: Int) {
        unsent -= count
        if unsent == 0 { cancelStall() } else { watchProgress() }
        madeRoom()
    }

    private func watchProgress() {
        stall?.cancel()
        stall = schedule(limits.stallTime) { [self] in
            AdminCounters.add(counters.stalls)
            close()
        }
    }

    private func cancelStall() {
        stall?.cancel()
        stall = nil
    }

    func cancelTimers() {
        cancelStall()
        cancelDeadline()
        cancelStreamTimers()
    }
}

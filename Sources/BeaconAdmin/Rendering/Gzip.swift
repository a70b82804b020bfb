import CZlib

/// The gzip coding (RFC 1952) of a whole body.
enum Gzip {
    /// Below this, a packet is sent either way.
    static let worthwhileBytes = 1_024

    /// nil if zlib will not: then the body is sent as it is.
    static func compress(_ input: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        // Level 1: answers are made anew for every request, and repetitive text shrinks well at any level. 15 + 16: the
        // largest window, with a gzip wrapper. 8: zlib's default memory.
        let start = deflateInit2_(
            &stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard start == Z_OK, input.count <= Int(UInt32.max) else { return nil }
        defer { deflateEnd(&stream) }
        let room = Int(deflateBound(&stream, UInt(input.count)))
        var isComplete = false
        let output = [UInt8](unsafeUninitializedCapacity: room) { output, count in
            input.withUnsafeBufferPointer { input in
                // zlib reads from next_in only; its type lacks a const.
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(clamping: room)
                isComplete = deflate(&stream, Z_FINISH) == Z_STREAM_END
            }
            count = isComplete ? Int(stream.total_out) : 0
        }
        return isComplete ? output : nil
    }
}

import CZlib

/// zlib (RFC 1950) for parts of snapshots.
enum Deflate {
    /// nil if zlib will not.
    static func compress(_ input: [UInt8]) -> [UInt8]? {
        var length = compressBound(UInt(input.count))
        var status = Z_OK
        // Level 1: ids and stamps are close to random, and higher levels find little more.
        let output = [UInt8](unsafeUninitializedCapacity: Int(length)) { output, count in
            status = compress2(output.baseAddress, &length, input, UInt(input.count), 1)
            count = status == Z_OK ? Int(length) : 0
        }
        return status == Z_OK ? output : nil
    }

    /// Exactly `count` bytes, or nil. Memory is taken for what is promised, so the caller bounds that.
    static func expand(_ input: [UInt8], to count: Int) -> [UInt8]? {
        var length = UInt(count)
        var status = Z_OK
        let output = [UInt8](unsafeUninitializedCapacity: count) { output, filled in
            status = uncompress(output.baseAddress, &length, input, UInt(input.count))
            filled = status == Z_OK ? Int(length) : 0
        }
        return status == Z_OK && output.count == count ? output : nil
    }
}

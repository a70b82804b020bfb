/// Memory for one datagram at a time, in either direction.
struct Scratch: ~Copyable {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 2048, alignment: 16)

    deinit { bytes.deallocate() }
}

/// Lends bytes as a span: macros like `#expect` cannot take a span out of an array themselves.
public func reading<Value>(_ bytes: some Sequence<UInt8>, _ body: (RawSpan) throws -> Value) rethrows -> Value {
    let array = Array(bytes)
    return try body(array.span.bytes)
}

/// Has `body` write into `room` bytes that an earlier message has left dirty. The message, and what is behind it: all
/// `dirt` unless `body` wrote more than it said.
public func writing(room: Int, _ body: (inout MutableRawSpan) -> Int) -> (message: [UInt8], behind: [UInt8]) {
    var buffer = [UInt8](repeating: dirt, count: room)
    var span = buffer.mutableSpan
    var out = span.mutableBytes
    let length = body(&out)
    return (Array(buffer[..<length]), Array(buffer[length...]))
}

public let dirt: UInt8 = 0xEE

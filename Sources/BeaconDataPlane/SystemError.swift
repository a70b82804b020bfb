import Glibc

/// A failed system call: which one, and why.
public struct SystemError: Error, Equatable, CustomStringConvertible, Sendable {
    public var call: String
    public var number: Int32

    public init(_ call: String, number: Int32) {
        self.call = call
        self.number = number
    }

    public var description: String { "\(call): \(String(cString: strerror(number)))" }

    /// Passes a result on, or throws for a negative one, which is -errno (the convention of `CLinux`).
    @discardableResult
    static func check(_ result: Int32, _ call: @autoclosure () -> String) throws(SystemError) -> Int32 {
        guard result < 0 else { return result }
        throw SystemError(call(), number: -result)
    }
}

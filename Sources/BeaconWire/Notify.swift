/// 0A Notify, beacon → node (protocol.md §1.7): "the registry holds a handshake for you, poll now". Exactly two bytes.
public enum Notify {
    public static let length = 2

    public static func write(into out: inout MutableRawSpan) -> Int {
        out.put8(MessageType.notify, at: 0)
        out.put8(0x01, at: 1)
        return length
    }
}

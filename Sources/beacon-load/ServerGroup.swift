import BeaconBasics
import BeaconLoadKit
import Glibc

/// The servers of one contender: one, or two beacons of one fleet. They end with this value.
struct ServerGroup: ~Copyable {
    /// Whom the load sends to, and where its nodes are.
    let entry: Address
    let home: Address
    let pids: [pid_t]
    private let first: ServerProcess
    private let second: ServerProcess?

    /// One server, `command`; ready when this returns.
    static func one(_ command: CommandTemplate, _ placing: Placing) throws(LoadError) -> ServerGroup {
        let port = try freePort()
        let address = Address(ipv4: 0x7F00_0001, port: port)
        let process = try placing.start(command.words(port: port))
        try process.waitUntilReady(address)
        return ServerGroup(entry: address, home: address, first: process, second: nil)
    }

    /// Two of them, with a key as in the field: every frame between them is sealed and checked.
    static func fleet(of command: CommandTemplate, _ placing: Placing) throws(LoadError) -> ServerGroup {
        let entry = Address(ipv4: 0x7F00_0001, port: try freePort())
        let home = Address(ipv4: 0x7F00_0001, port: try freePort())
        let key = try KeyFile.make()
        let a = try placing.start(try fleetWords(command, id: 1, at: entry, peer: home, key.path))
        let b = try placing.start(try fleetWords(command, id: 2, at: home, peer: entry, key.path))
        try a.waitUntilReady(entry)
        try b.waitUntilReady(home)
        return ServerGroup(entry: entry, home: home, first: a, second: b)
    }

    private static func fleetWords(
        _ command: CommandTemplate, id: Int, at own: Address, peer: Address, _ key: String
    ) throws(LoadError) -> [String] {
        command.words(port: own.port) + [
            "--beacon-id", "\(id)", "--gossip-addr", "127.0.0.1:0", "--peers", "\(peer)",
            "--fleet-key-file", key,
        ]
    }

    private init(entry: Address, home: Address, first: consuming ServerProcess, second: consuming ServerProcess?) {
        self.entry = entry
        self.home = home
        let other: pid_t? =
            switch second {
            case .some(let process): process.pid
            case nil: nil
            }
        pids = [first.pid] + (other.map { [$0] } ?? [])
        self.first = first
        self.second = second
    }
}

/// Where servers and load run.
struct Placing {
    var serverCPUs: [Int]
    var ownCPUs: [Int]
    var givesWay: Bool

    fileprivate func start(_ words: [String]) throws(LoadError) -> ServerProcess {
        try ServerProcess.start(words, cpus: serverCPUs, ownCPUs: ownCPUs, givesWay: givesWay)
    }
}

/// A fleet key of its own in a file that only its owner may read; it is gone with this value: a
/// beacon reads it at its start.
private struct KeyFile: ~Copyable {
    let path: String

    static func make() throws(LoadError) -> KeyFile {
        var path = Array("/tmp/beacon-load-key-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw .system(call: "mkstemp /tmp/beacon-load-key-XXXXXX", errno: errno) }
        defer { close(descriptor) }
        let name = path.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        let key = (0..<64).map { _ in "0123456789abcdef".randomElement()! }
        guard write(descriptor, String(key), 64) == 64 else { throw .system(call: "write \(name)", errno: errno) }
        return KeyFile(path: name)
    }

    private init(path: String) { self.path = path }

    deinit { unlink(path) }
}

/// A UDP port that was free a moment ago.
private func freePort() throws(LoadError) -> UInt16 {
    let descriptor = socket(AF_INET, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw .system(call: "socket", errno: errno) }
    defer { close(descriptor) }
    let bound = withSocketAddress(Address(ipv4: 0x7F00_0001, port: 0)) { bind(descriptor, $0, $1) }
    guard bound == 0, let address = Address(localOf: descriptor) else { throw .system(call: "bind", errno: errno) }
    return address.port
}

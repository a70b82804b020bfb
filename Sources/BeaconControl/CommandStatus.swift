/// How `beaconctl` ends. Scripts rely on the numbers (README, "Draining"); 64 for a wrong command line is the argument
/// parser's, and with 69, 76 and 77 follows sysexits.h.
public enum CommandStatus: Int32, Sendable {
    /// Done; of a drain: no node is left.
    case done = 0
    /// The beacon said no to what was asked for, in some other way than below.
    case failed = 1
    /// The deadline came while nodes were left.
    case deadline = 3
    /// Somebody else cancelled the drain.
    case cancelled = 4
    /// The beacon refuses to drain, or to cancel.
    case refused = 5
    /// The connection broke before the drain's end was seen.
    case lost = 6
    /// Of `status`: the beacon lives and takes no traffic.
    case notReady = 10
    /// A file is no snapshot, or is damaged (EX_DATAERR).
    case badFile = 65
    /// Nobody answers at the admin address.
    case unreachable = 69
    /// What answers is no beacon.
    case notABeacon = 76
    /// The token is missing or wrong, or the host name is not allowed.
    case denied = 77
}

import BeaconBasics
import BeaconWire

/// On the wire a flag says whether a member drains; if it does, its deadline follows: Unix seconds(4).
extension DrainDeadline {
    static func length(_ drain: DrainDeadline?) -> Int { drain == nil ? 0 : 4 }
}

extension ControlWriter {
    mutating func put(_ drain: DrainDeadline?) {
        if let drain { put32(drain.unixSeconds) }
    }
}

extension ControlReader {
    /// nil if it is cut short; a deadline of nil without the flag.
    mutating func takeDrain(if isDraining: Bool) -> DrainDeadline?? {
        guard isDraining else { return .some(nil) }
        return take32().map { DrainDeadline(unixSeconds: $0) }
    }
}

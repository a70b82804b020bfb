import BeaconBasics

/// What others are told of where we are. Chosen by the operator; else what the sockets are bound to; else, for wildcard
/// sockets, the local address that reaches the first beacon of the fleet that is met. Alone, there is nobody to tell.
struct OwnAddresses: Equatable {
    var control: Address?
    var data: Address?

    /// - Parameters:
    ///   - control: as bound.
    ///   - advertisedControl: host and port; of the data plane's host if only that is advertised.
    init(control: Address, data: Address, advertisedControl: Address?, advertisedData: Address?) {
        // The two sockets are on one host: what one is bound to says where the other is.
        let host = [control, data].first { !$0.isUnspecified }
        self.data = advertisedData ?? (data.isUnspecified ? host : data)?.with(port: data.port)
        self.control =
            advertisedControl ?? advertisedData?.with(port: control.port)
            ?? (control.isUnspecified ? host : control)?.with(port: control.port)
    }

    var isComplete: Bool { control != nil && data != nil }

    /// Fills what is missing.
    mutating func complete(host: Address, controlPort: UInt16, dataPort: UInt16) {
        control = control ?? host.with(port: controlPort)
        data = data ?? host.with(port: dataPort)
    }
}

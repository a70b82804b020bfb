import BeaconAdmin
import BeaconBasics
import BeaconCluster
import BeaconCrypto
import BeaconDataPlane
import BeaconFleet

/// The ring of the fleet's keys, the file behind it, and how far the last rotation has come.
final class FleetKeys: Sendable {
    /// nil: a fleet without a key.
    let file: String?
    private let state: Guarded<State>

    private struct State {
        /// What the file says, as far as we have read or written it.
        var ring: KeyRing
        var rotation = FleetRotation()
        var began: Moment?
    }

    init(_ ring: KeyRing, file: String?) {
        self.file = file
        state = Guarded(State(ring: ring))
    }

    /// Reads the file again; the ring if it is another one now.
    func reload() throws(InvalidValue) -> KeyRing? {
        guard let file else { throw InvalidValue("the fleet runs without a key file") }
        let ring = try FleetKeyFile.read(file)
        let isNews = state.withLock { state in
            defer { state.ring = ring }
            return state.ring != ring
        }
        return isNews ? ring : nil
    }

    /// Writes the ring of a rotation into the file. While that fails, the file is known to be what it was: reading it
    /// again does not take the new key away.
    func store(_ ring: KeyRing) throws(SmallFile.Failure) {
        // What was read from the file need not be written to it.
        guard state.withLock({ $0.ring != ring }) else { return }
        if let file { try FleetKeyFile.write(ring, to: file) }
        state.withLock { $0.ring = ring }
    }

    /// A step of a rotation; everything else is passed over.
    func note(_ event: FleetEvent, at now: Moment) {
        guard case .cluster(.keyRotation(let step)) = event else { return }
        state.withLock { state in
            if case .began = step { state.began = now }
            state.rotation.take(step)
        }
    }

    func rotation(at now: Moment) -> FleetRotation {
        state.withLock { state in
            var rotation = state.rotation
            rotation.ageSeconds = state.began.map { now.since($0).inSeconds }
            return rotation
        }
    }
}

extension FleetRotation {
    /// Steps of another beacon's rotation change nothing: it is shown there.
    mutating func take(_ step: KeyRotationEvent) {
        switch step {
        case .began(let keyID):
            self = FleetRotation()
            (state, self.keyID) = (.running, keyID)
        case .acknowledged: acknowledged += 1
        case .completed(let keyID):
            guard self.keyID == keyID else { return }
            state = .completed
        case .abandoned(let keyID, let missing):
            guard self.keyID == keyID else { return }
            (state, self.missing) = (.abandoned, missing)
        case .adopted, .offeredToStraggler: break
        }
    }
}

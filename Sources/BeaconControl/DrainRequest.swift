/// What `beaconctl drain` asks for.
public struct DrainRequest: Sendable {
    /// As `Delay(text:)` reads it; the beacon has the last word.
    public var deadline: String
    public var then: String
    public var force: Bool
    public var dryRun: Bool

    public init(deadline: String, then: String, force: Bool, dryRun: Bool) {
        self.deadline = deadline
        self.then = then
        self.force = force
        self.dryRun = dryRun
    }

    /// Path and query of the POST.
    public var target: String {
        "/drain?deadline=\(deadline)&then=\(then)" + (force ? "&force=1" : "") + (dryRun ? "&dry_run=1" : "")
    }
}

/// The defaults are those of a beacon that cannot drain. As for all of `AdminBackend`: any thread, no waiting for longer
/// than it takes to notice that the fleet's event loop is stuck.
extension AdminBackend {
    public func drain() -> DrainStatus { DrainStatus() }
    public func beginDrain(_ order: DrainOrder, dryRun: Bool) -> DrainStart {
        .refused(reason: "this beacon cannot drain")
    }
    public func cancelDrain() -> DrainCancel { .notDraining }
}

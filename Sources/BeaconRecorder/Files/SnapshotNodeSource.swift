/// Hands every registered node to a sink, in any order, and passes on what the sink throws.
public typealias SnapshotNodeSource = (_ sink: (SnapshotNode) throws -> Void) throws -> Void

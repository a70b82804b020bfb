import BeaconBasics
import BeaconDirectory

/// The directory as a shard asks it for each frame: without counting references. The registry, which every shard holds,
/// keeps it alive.
struct MeshAccess: BitwiseCopyable {
    private let directory: Unmanaged<DirectoryTable>
    /// Our address that mesh frames leave from (`FleetLink.local`).
    let local: UInt16

    init(_ link: FleetLink) {
        directory = Unmanaged.passUnretained(link.directory)
        local = link.local
    }

    @inline(__always)
    func find(_ node: NodeID) -> DirectoryRoute? { directory._withUnsafeGuaranteedRef { $0.find(node) } }

    @inline(__always)
    func isMember(_ data: Address) -> Bool { directory._withUnsafeGuaranteedRef { $0.isMember(data) } }
}

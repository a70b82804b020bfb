import BeaconBasics
import BeaconDirectory

/// The directory as a shard asks it for each frame: without counting references. The registry, which every shard holds,
/// keeps it alive.
struct MeshAccess: BitwiseCopyable {
    private let link: Unmanaged<FleetLink>
    private let directory: Unmanaged<DirectoryTable>

    init(_ link: FleetLink) {
        self.link = Unmanaged.passUnretained(link)
        directory = Unmanaged.passUnretained(link.directory)
    }

    /// Where a frame for a member goes, and which of our addresses it leaves from.
    @inline(__always)
    func endpoint(_ data: Address) -> Endpoint {
        Endpoint(address: data, local: link._withUnsafeGuaranteedRef { $0.local(towards: data) })
    }

    @inline(__always)
    func find(_ node: NodeID) -> DirectoryRoute? { directory._withUnsafeGuaranteedRef { $0.find(node) } }

    @inline(__always)
    func isMember(_ data: Address) -> Bool { directory._withUnsafeGuaranteedRef { $0.isMember(data) } }
}

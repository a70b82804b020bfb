import BeaconBasics
import BeaconCluster

extension ClusterSettings {
    init(_ me: Member, _ settings: FleetServiceSettings) {
        self.init(me: me)
        label = settings.label
    }
}

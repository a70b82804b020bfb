import BeaconBasics
import BeaconCluster
import BeaconMembership

extension ClusterSettings {
    init(_ me: Member, _ settings: FleetServiceSettings) {
        self.init(me: me)
        label = settings.label
        membership = MembershipSettings(settings.membership)
    }
}

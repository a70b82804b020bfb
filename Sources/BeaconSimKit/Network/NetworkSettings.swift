public import BeaconBasics

/// How the network behaves when nothing in particular is broken.
public struct NetworkSettings: Sendable {
    /// Of every link, one way: drawn once for each pair of hosts.
    public var delay: (Delay, Delay) = (.milliseconds(20), .milliseconds(30))
    /// On top, of every datagram.
    public var jitter = Delay.milliseconds(2)
    /// One datagram in so many (0 = none) waits ten times the jitter more, so that others overtake it.
    public var stragglerEvery = 0
    /// Lost datagrams of a million, each way.
    public var loss: UInt32 = 0
    /// Datagrams of a million that arrive twice.
    public var duplication: UInt32 = 0
    /// Loss in bursts in place of `loss`, with the same mean.
    public var burst: Burst?

    public init() {}

    /// Gilbert's model in continuous time: a link is either fine or loses everything.
    public struct Burst: Sendable {
        public var meanGood: Delay
        public var meanBad: Delay
        /// All links of a host share its state, as when its uplink is what fails.
        public var perHost: Bool

        public init(meanGood: Delay, meanBad: Delay, perHost: Bool) {
            self.meanGood = meanGood
            self.meanBad = meanBad
            self.perHost = perHost
        }
    }
}

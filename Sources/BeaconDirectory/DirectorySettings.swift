public import BeaconBasics

/// Limits and times of the directory (gossip.md §4.5–4.8, §8).
public struct DirectorySettings: Sendable {
    /// Beacons followed at most.
    public var beacons = 4_096
    /// Changes are shipped at most once in this time, or in a third of a millisecond a live beacon if that is more.
    public var flushInterval = Delay.milliseconds(50)
    /// A lone change waits this long for others.
    public var flushDelay = Delay.milliseconds(5)
    /// Our log's tail, out of which gaps are filled: operations and age at most.
    public var tailOperations = 65_536
    public var tailAge = Delay.seconds(60)
    /// Of all others' batches that we keep, so that peers may fill gaps from here: bytes and age at most.
    public var relayedBytes = 512 << 10
    public var relayedAge = Delay.seconds(15)
    /// Batches that came too early, kept until the gap before them is filled: in all, and of one owner.
    public var heldBatches = 256
    public var heldPerOwner: UInt8 = 32
    /// How long a gap may be due to reordering; then the time until it is asked for again, which doubles after the first
    /// few times.
    public var gapPatience = Delay.milliseconds(30)
    public var nackRetry = Delay.milliseconds(150)
    public var quickNacks = 3
    public var nackCeiling = Delay.seconds(1)
    /// Nacks sent in one turn at most, and batches sent in answer to one.
    public var nacksPerTurn = 64
    public var repairsPerNack = 32
    /// Holes in one owner's log that are asked for at once.
    public var nacksPerGap = 8
    /// A gap of more operations is not filled batch by batch but by a snapshot.
    public var longestGap: UInt64 = 4_096
    /// A log that is being pulled is also asked for batch by batch, if so few operations of it are missing and the pull
    /// takes longer than this: its stream may have lost its first segment, which costs a second and more.
    public var shortGap: UInt64 = 256
    public var pullPatience = Delay.milliseconds(500)
    /// How long a dead owner's entries are kept, unroutable, in case the verdict is refuted.
    public var quarantine = Delay.seconds(600)
    /// One part of a snapshot: bytes before compression.
    public var partBytes = 256 << 10
    /// Parts asked for side by side.
    public var pullWindow = 4
    /// Time for one exchange; then another peer is asked.
    public var exchangeTimeout = Delay.seconds(10)
    /// A log stands still while it is repaired: not for long.
    public var repairTimeout = Delay.seconds(3)
    /// A newcomer asks for everything when no new member has been heard of for a while, or after the longest time.
    public var joinQuiet = Delay.milliseconds(50)
    public var joinLimit = Delay.milliseconds(300)
    /// Between two looks at every entry, by which the digests are checked against what the table holds.
    public var scrubInterval = Delay.seconds(600)
    /// A bucket-by-bucket repair of one owner's shard at most so often.
    public var repairPause = Delay.seconds(5)

    public init() {}
}

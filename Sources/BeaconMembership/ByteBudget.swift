import BeaconBasics

/// What rumours and tables may cost. Below the soft rate everything goes; between soft and hard only what is new or urgent;
/// at the hard rate nothing.
struct ByteBudget: Sendable {
    private let soft: UInt64
    private let hard: UInt64
    private var softLeft: UInt64
    private var hardLeft: UInt64
    private var filled: Moment

    /// Half a second's worth of the hard rate can be saved up, and four seconds' of the soft one: 32 kB each as set.
    init(soft: Int, hard: Int, at now: Moment) {
        self.soft = UInt64(max(1, soft))
        self.hard = UInt64(max(1, hard))
        softLeft = 0
        hardLeft = 0
        filled = now
        (softLeft, hardLeft) = (softDepth, hardDepth)
    }

    /// Never less than two datagrams.
    private var softDepth: UInt64 { max(4 * soft, 2_600) }
    private var hardDepth: UInt64 { max(hard / 2, 2_600) }

    private mutating func fill(_ now: Moment) {
        let passed = now.since(filled).nanoseconds / 1_000_000
        guard passed > 0 else { return }
        filled = filled + .milliseconds(passed)
        softLeft = min(softDepth, softLeft + soft * min(passed, 10_000) / 1_000)
        hardLeft = min(hardDepth, hardLeft + hard * min(passed, 10_000) / 1_000)
    }

    enum Level { case everything, urgent, nothing }

    mutating func level(at now: Moment) -> Level {
        fill(now)
        if hardLeft < 1_300 { return .nothing }
        return softLeft < 1_300 ? .urgent : .everything
    }

    mutating func spend(_ bytes: Int) {
        softLeft -= min(softLeft, UInt64(bytes))
        hardLeft -= min(hardLeft, UInt64(bytes))
    }
}

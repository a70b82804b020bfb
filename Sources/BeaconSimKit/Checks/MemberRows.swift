import BeaconBasics

/// What every observer has said of every member, by its `MemberChange`s alone.
struct MemberRows: Sendable {
    let subjects: Int
    private var rows: [MemberRow]

    init(observers: Int, subjects: Int) {
        self.subjects = subjects
        rows = Array(repeating: MemberRow(), count: observers * subjects)
    }

    subscript(observer: Int, subject: Int) -> MemberRow {
        get { rows[observer * subjects + subject] }
        set { rows[observer * subjects + subject] = newValue }
    }

    /// A new process knows nobody.
    mutating func clear(observer: Int) {
        for place in observer * subjects..<(observer + 1) * subjects { rows[place] = MemberRow() }
    }
}

struct MemberRow: Sendable {
    var session: UInt64 = 0
    var since = Moment(nanoseconds: 0)
    /// When this suspicion began; kept through the death that ends it.
    var suspectedAt = Moment(nanoseconds: 0)
    /// The same by the observer's own clock.
    var suspectedLocally = Moment(nanoseconds: 0)
    var incarnation: UInt32 = 0
    /// nil = not known.
    var state: MemberState?
    var isDraining = false

    func isSame(_ member: Member) -> Bool {
        session == member.session.rawValue && incarnation == member.incarnation && state == member.state
            && isDraining == member.isDraining
    }

    var text: String {
        guard let state else { return "unknown" }
        return "\(state) session \(session) incarnation \(incarnation)\(isDraining ? " draining" : "")"
    }
}

extension Member {
    var text: String {
        "\(state) session \(session.rawValue) incarnation \(incarnation)\(isDraining ? " draining" : "")"
    }
}

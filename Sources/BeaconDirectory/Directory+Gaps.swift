import BeaconBasics

extension Directory {
    // MARK: Asking

    /// Something is missing of this log: it is asked for after `patience`, unless it comes by itself.
    mutating func noteGap(_ position: Int, patience: Delay, at now: Moment) {
        guard roster.rows[position].isRoutable, roster.rows[position].slot != Follower.noSlot else { return }
        var patience = patience
        if roster.rows[position].flags.contains(.pull) {
            armPull(at: now)
            guard !row(position, isBehindBy: settings.shortGap) else { return }
            patience = max(patience, settings.pullPatience)
        }
        guard !roster.rows[position].flags.contains(.gap) else { return }
        roster.rows[position].flags.insert(.gap)
        roster.rows[position].attempts = 0
        roster.rows[position].nackAt = now + patience
        gaps.append(roster.rows[position].beacon)
        gapsDueAt = min(gapsDueAt, now + patience)
        tally.gaps += 1
    }

    mutating func askForGaps(at now: Moment) {
        gapsDueAt = .never
        var asked = 0
        var open: [BeaconID] = []
        open.reserveCapacity(gaps.count)
        for beacon in gaps {
            guard let position = roster.find(beacon), roster.rows[position].flags.contains(.gap) else { continue }
            guard isOpen(position) else {
                roster.rows[position].flags.remove(.gap)
                continue
            }
            open.append(beacon)
            if row(position, isBehindBy: settings.longestGap) {
                wantSnapshot(position, at: now)
                roster.rows[position].flags.remove(.gap)
                open.removeLast()
                continue
            }
            if roster.rows[position].nackAt <= now {
                if asked < settings.nacksPerTurn { ask(position, at: now) } else { postpone(position, at: now) }
                asked += 1
            }
            gapsDueAt = min(gapsDueAt, roster.rows[position].nackAt)
        }
        gaps = open
    }

    private func row(_ position: Int, isBehindBy operations: UInt64) -> Bool {
        roster.rows[position].head - roster.rows[position].cursor > operations
    }

    private func isOpen(_ position: Int) -> Bool {
        let row = roster.rows[position]
        guard row.hasGap, row.isRoutable, row.slot != Follower.noSlot, !stands(position) else { return false }
        return !row.flags.contains(.pull) || !self.row(position, isBehindBy: settings.shortGap)
    }

    private mutating func postpone(_ position: Int, at now: Moment) {
        roster.rows[position].nackAt = now + .milliseconds(20)
    }

    /// The owner first; if that brings nothing, another as well. A question and its answer both have to arrive, which at 30 %
    /// loss half of them do: only a gap that several quick questions did not fill is asked for ever more rarely.
    private mutating func ask(_ position: Int, at now: Moment) {
        let row = roster.rows[position]
        let helper = row.attempts > 0 ? helper(for: row) : nil
        for hole in holes(row, limit: settings.nacksPerGap) {
            let gap = LogGap(
                owner: row.beacon, session: row.session, after: hole.lowerBound, last: hole.upperBound)
            for target in [row.beacon, helper].compactMap(\.self) {
                outputs.push(.send(.nack(gap), to: target))
                tally.nacksSent += 1
            }
        }
        let doublings = min(max(Int(row.attempts) - settings.quickNacks, 0), 8)
        let wait = Delay(nanoseconds: settings.nackRetry.nanoseconds << UInt64(doublings))
        roster.rows[position].nackAt = now + min(wait, settings.nackCeiling)
        roster.rows[position].attempts = min(row.attempts + 1, 250)
    }

    /// First whoever told of the head, then anybody, since the way to that one may be cut as well as the owner's: all
    /// keep the batches of the last seconds.
    private mutating func helper(for row: Follower) -> BeaconID? {
        if row.attempts == 1, row.source != row.beacon, isRoutable(row.source) { return row.source }
        for _ in 0..<4 {
            guard let peer = roster.rows.randomElement(using: &dice) else { break }
            if peer.isRoutable, peer.beacon != row.beacon { return peer.beacon }
        }
        return nil
    }

    // MARK: Answering

    /// Sends what fills a peer's gap, as far as its rate allows; or says that it cannot be had here.
    mutating func fill(_ gap: LogGap, for peer: Int, at now: ClusterTime) {
        tally.nacksReceived += 1
        let isOurs = gap.owner == me
        if isOurs {
            guard gap.session == session else { return }
            roster.rows[peer].budget.nacked(at: now.moment)
            echo.lossSeen(at: now.moment)
        }
        let limit = settings.repairsPerNack
        let kept = (isOurs ? tail : relayed).batches(filling: gap, limit: limit * 16, isOfOne: isOurs)
        let batches = kept.count == 1 ? kept : LogBatch.merge(kept)
        let target = roster.rows[peer].beacon
        if batches.isEmpty {
            if !isOurs || gap.after < sequence { outputs.push(.send(.gone(gap.owner, gap.session), to: target)) }
            return
        }
        for batch in batches.prefix(limit) {
            guard roster.rows[peer].budget.take(batch.bytes.count, at: now.moment) else {
                tally.batchesSkipped += 1
                return
            }
            tally.repairs += 1
            outputs.push(.send(.repair(batch), to: target))
        }
    }

    /// A peer cannot fill our gap. From the owner that is final: only a snapshot can. That another has not got it means
    /// nothing while the owner, who is asked every time, may still answer; when it has not for a while, what it says
    /// may not reach us at all (a link that is cut one way), and a snapshot of another's copy has to do.
    mutating func gapIsLost(_ owner: BeaconID, _ session: SessionID, from sender: BeaconID, at now: Moment) {
        guard let position = roster.find(owner), roster.rows[position].session == session else { return }
        let row = roster.rows[position]
        guard row.hasGap, row.flags.contains(.gap) else { return }
        guard sender == owner || Int(row.attempts) > settings.quickNacks + 2 else { return }
        // It is put on the list anew when there is reason to: it must not stand there twice.
        roster.rows[position].flags.remove(.gap)
        gaps.removeAll { $0 == owner }
        wantSnapshot(position, at: now)
    }
}

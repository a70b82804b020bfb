public import BeaconBasics

/// A control address at which a beacon of the fleet may be.
struct Contact: Sendable {
    var address: Address
    /// Who answered there; nil = nobody yet, or it has died or left since: it is asked again.
    var beacon: BeaconID?
    var backOff = Contact.firstBackOff
    var isScheduled = false

    static let firstBackOff = Delay.milliseconds(200)
    static let longestBackOff = Delay.seconds(10)
}

extension Membership {
    /// A control address at which a beacon of the fleet may be: asked until it answers, and again while the member there is
    /// dead.
    public mutating func contact(_ address: Address, at now: Moment) {
        guard address.isReplyable, address != me.control, contactsByAddress[address] == nil else { return }
        guard contacts.count < settings.maximumContacts else { return counters.contactsRefused += 1 }
        contactsByAddress[address] = contacts.count
        contacts.append(Contact(address: address))
        scheduleAsk(contacts.count - 1, after: Delay(nanoseconds: 0), now)
    }

    /// No more than some thirty are asked a second: one answer is enough to hear of the rest.
    private mutating func scheduleAsk(_ number: Int, after delay: Delay, _ now: Moment) {
        guard !contacts[number].isScheduled else { return }
        contacts[number].isScheduled = true
        let slack = Moment(nanoseconds: now.nanoseconds - min(now.nanoseconds, 66_000_000))
        nextAsk = max(nextAsk, slack) + .milliseconds(33)
        timers.set(.contact(number), at: max(now + delay, Moment(nanoseconds: nextAsk.nanoseconds - 33_000_000)))
    }

    mutating func ask(_ number: Int, _ now: Moment) {
        contacts[number].isScheduled = false
        guard contacts[number].beacon == nil, leaving == nil else { return }
        send(.join(token: UInt32(number), myRecord), to: contacts[number].address, nil)
        let backOff = contacts[number].backOff
        contacts[number].backOff = min(Delay(nanoseconds: backOff.nanoseconds * 2), Contact.longestBackOff)
        let jitter = random.delay(upTo: Delay(nanoseconds: backOff.nanoseconds / 4))
        scheduleAsk(number, after: Delay(nanoseconds: backOff.nanoseconds + jitter.nanoseconds), now)
    }

    /// A live member is where a contact points: no need to ask there.
    mutating func noteContact(_ slot: Int) {
        guard !contacts.isEmpty, let number = contactsByAddress[table.rows[slot].member.control] else { return }
        answered(number, slot)
    }

    private mutating func answered(_ number: Int, _ slot: Int) {
        guard table.rows[slot].member.state.isRoutable else { return }
        contacts[number].beacon = table.rows[slot].member.beacon
        contacts[number].backOff = Contact.firstBackOff
        table.rows[slot].contact = Int32(number)
    }

    /// The member that answered there is gone: whoever is there now may be reached as well.
    mutating func reopenContact(_ slot: Int, _ now: Moment) {
        let number = Int(table.rows[slot].contact)
        table.rows[slot].contact = -1
        guard number >= 0, contacts[number].beacon == table.rows[slot].member.beacon else { return }
        contacts[number].beacon = nil
        scheduleAsk(number, after: .seconds(1), now)
    }

    /// A newcomer gets our own record and as many others as a datagram holds; the rest it fetches.
    mutating func welcome(
        _ record: MemberRecord, _ token: UInt32, from sender: BeaconID, at source: Address, _ now: Moment
    ) {
        guard record.member.beacon == sender, leaving == nil else { return counters.ignored += 1 }
        _ = merge(record, from: sender, .rumour, now)
        let level = serving.level(at: now)
        guard level != .nothing else { return counters.tablesRefused += 1 }
        if level == .referral { counters.tablesReferred += 1 }
        let records = introduction(to: sender, isShort: level == .referral, now)
        serving.spend(records.reduce(Self.datagramOverhead) { $0 + $1.length }, as: level)
        // Nobody gets much more out of us than it has sent, but a beacon that we have just taken in.
        send(.welcome(token: token, members: UInt32(table.count + 1), records), to: source, sender)
    }

    /// Ourselves, and others: a newcomer's place in the fleet is next to whom it is told of. All of them if they fit, else a
    /// random few.
    private mutating func introduction(to newcomer: BeaconID, isShort: Bool, _ now: Moment) -> [MemberRecord] {
        var records = [myRecord]
        var left = settings.datagramRoom - 8 - myRecord.length
        let most = isShort ? Self.referralSize : 32
        let slots = table.live.count <= most ? table.live.map { Int($0) } : pick(most, except: nil)
        for slot in slots where table.rows[slot].member.beacon != newcomer {
            let record = self.record(slot, now)
            guard record.length <= left else { break }
            left -= record.length
            records.append(record)
        }
        return records
    }

    mutating func welcomed(
        _ token: UInt32, _ members: UInt32, _ records: [MemberRecord], by sender: BeaconID, at source: Address,
        _ now: Moment
    ) {
        guard let first = records.first, first.member.beacon == sender, Int(token) < contacts.count else {
            return counters.ignored += 1
        }
        for record in records {
            _ = merge(record, from: sender, record.member.beacon == sender ? .rumour : .table, now)
        }
        guard let slot = table.slot(sender) else { return }
        answered(Int(token), slot)
        guard Int(members) > records.count + 1, table.count + 1 < Int(members) else { return }
        // Not all newcomers fetch from the one address that they all have; but in the beginning nobody else has anything.
        if members > 64, let other = pick(1, except: slot).first {
            compareByStream(with: table.rows[other].member.beacon, now)
        } else {
            compareByStream(with: sender, now)
        }
    }
}

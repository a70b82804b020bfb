import BeaconBasics
import BeaconDirectory
import BeaconWire

extension Registry {
    /// The budgets of a punch request: nil if it may go on, else why not (protocol.md §1.4; a budget per prefix takes
    /// the place of the reference's global one, which let ten hosts stop all punching). The source's is looked at first,
    /// so that one noisy host costs its neighbours nothing. What is consumed stays so, whatever becomes of the request.
    func admitPunch(from source: Address, at now: Moment) -> Outcome? {
        if settings.punchWhitelist.contains(source) { return nil }
        return state.withLock { state in
            let sourceKey = budgetKey(source.host)
            guard state.punchSources.take(sourceKey, Rate(perSecond: live.punchSourceRate), at: now) else {
                return .punchSourceRate
            }
            let prefixKey = budgetKey(source.prefix)
            guard state.punchPrefixes.take(prefixKey, Rate(perSecond: live.punchPrefixRate), at: now) else {
                return .punchPrefixRate
            }
            return nil
        }
    }

    /// Whether the request carries a valid grant (protocol.md §5): signed by the target, not expired. Only the target's
    /// beacon knows its key: here a grant for a node of another beacon must only be there and not be over.
    func isGranted(_ request: PunchRequest, _ bytes: RawSpan, unixSeconds: Int64) -> Bool {
        guard let grant = PunchGrant(request, bytes) else { return false }
        if table.position(of: request.target) == nil, fleet?.directory.find(request.target) != nil {
            return unixSeconds <= grant.expiry
        }
        return isGranted(requester: request.requester, target: request.target, grant, unixSeconds: unixSeconds)
    }

    func isGranted(requester: NodeID, target: NodeID, _ grant: PunchGrant, unixSeconds: Int64) -> Bool {
        guard unixSeconds <= grant.expiry, let key = key(of: target) else { return false }
        let text = PunchRequest.grantText(requester: requester, target: target, expiry: grant.expiry)
        return settings.verifySignature(key, Array(text.utf8), grant.signature)
    }

    /// The node's key. Under the lock: an entry that changes hands between look-up and copy would lend the grant
    /// another node's key.
    private func key(of node: NodeID) -> [UInt8]? {
        state.withLock { _ in table.position(of: node).flatMap { table.key(at: $0) } }
    }
}

import BeaconBasics
import BeaconWire

extension Registry {
    /// The budgets of a punch request: nil if it may go on, else why not (protocol.md §1.4; a budget per prefix takes
    /// the place of the reference's global one, which let ten hosts stop all punching). Budgets are consumed by a request that passes both,
    /// whatever becomes of it.
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

    /// Whether the request carries a valid grant (protocol.md §5): signed by the target, not expired.
    func isGranted(_ request: PunchRequest, _ bytes: RawSpan, unixSeconds: Int64) -> Bool {
        guard let expiry = request.grantExpiry, unixSeconds <= expiry,
            let position = table.position(of: request.target), let key = table.key(at: position)
        else { return false }
        let text = PunchRequest.grantText(requester: request.requester, target: request.target, expiry: expiry)
        let start = PunchRequest.signatureOffset
        let signature = (start..<start + PunchRequest.signatureLength).map { bytes.uint8(at: $0) }
        return settings.verifySignature(key, Array(text.utf8), signature)
    }
}

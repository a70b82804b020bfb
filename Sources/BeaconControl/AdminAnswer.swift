public import BeaconJSON

/// What the admin server has answered.
public struct AdminAnswer: Sendable {
    /// 0 until the head is there.
    public var status = 0
    public var body: [UInt8] = []

    public init(status: Int = 0, body: [UInt8] = []) {
        self.status = status
        self.body = body
    }

    public var text: String { String(decoding: body, as: UTF8.self) }

    /// The body of a good answer, as text.
    public func checkedText() throws(AdminError) -> String {
        guard status == 200 else { throw refusal }
        return text
    }

    /// The body of a good answer, as JSON.
    public func checkedJSON() throws(AdminError) -> JSON {
        guard status == 200 else { throw refusal }
        do {
            return try JSONReader.read(body)
        } catch {
            throw .notABeacon(reason: "it answers with no JSON: \(error.reason)")
        }
    }

    /// Every refusal of the admin server has a sentence.
    private var refusal: AdminError {
        let sentence = (try? JSONReader.read(body))?["error"]?.string
        return .refused(status: status, reason: sentence ?? "the server refuses")
    }
}

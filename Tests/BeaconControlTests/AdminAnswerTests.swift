import Testing

@testable import BeaconControl

@Suite struct AdminAnswerTests {
    private func error(_ status: Int, _ body: String) -> AdminError? {
        do {
            _ = try AdminAnswer(status: status, body: Array(body.utf8)).checkedJSON()
            return nil
        } catch { return error }
    }

    @Test(arguments: [
        (409, #"{"error":"nobody is left","status":409}"#, "nobody is left (HTTP 409)", CommandStatus.refused),
        (401, #"{"error":"wrong token"}"#, "wrong token (HTTP 401)", .denied),
        (403, "no", "the server refuses (HTTP 403)", .denied), (404, "", "the server refuses (HTTP 404)", .failed),
        (
            200, "hello", "what answers there is no beacon: it answers with no JSON: \"hello\" is not a JSON value",
            .notABeacon
        ),
    ])
    func errors(status: Int, body: String, text: String, exit: CommandStatus) {
        #expect(error(status, body)?.description == text)
        #expect(error(status, body)?.exitStatus == exit)
    }

    @Test func theDrainOfAnOrder() throws {
        let body = "{\"result\":\"started\",\"drain\":\(DrainReadingTests.line)}"
        #expect(try AdminAnswer(status: 200, body: Array(body.utf8)).orderedDrain().nodesLeft == 30)
        #expect(try AdminAnswer(status: 200, body: Array(DrainReadingTests.line.utf8)).drain().nodesLeft == 30)
        #expect(throws: AdminError.notABeacon(reason: "it answers with no drain")) {
            try AdminAnswer(status: 200, body: Array("{}".utf8)).orderedDrain()
        }
    }

    @Test func aConnectionThatBreaksIsNoSuccess() {
        #expect(AdminError.broken(reason: "").exitStatus.rawValue == 6)
        #expect(AdminError.silent(seconds: 10).exitStatus.rawValue == 69)
        #expect(AdminError.unreachable(AdminAddress(":9090")!, reason: "x").exitStatus.rawValue == 69)
    }
}

import BeaconJSON
import Testing

@testable import BeaconControl

@Suite struct DrainRequestTests {
    @Test func targets() {
        var request = DrainRequest(deadline: "130s", then: "exit", force: false, dryRun: false)
        #expect(request.target == "/drain?deadline=130s&then=exit")
        (request.force, request.dryRun) = (true, true)
        #expect(request.target == "/drain?deadline=130s&then=exit&force=1&dry_run=1")
    }

    private func plan(_ would: String, _ rest: String) throws -> DrainPlanText? {
        DrainPlanText(try JSONReader.read(Array(#"{"result":"dry_run","would":"\#(would)",\#(rest)}"#.utf8)))
    }

    @Test func plans() throws {
        let rest = #""deadline_seconds":130.0,"then":"stay","nodes_to_move":12,"others_serving":2"#
        let expected = """
            would drain
            nodes to move          12
            other beacons serving  2
            deadline               130 s, then stay outside the fleet

            """
        #expect(try plan("start", rest)?.text == expected)
        #expect(try plan("start", rest)?.isRefused == false)
        #expect(try plan("change", rest)?.text.hasPrefix("would change the drain that is under way\n") == true)
        #expect(try plan("start", #""result":1"#) == nil)
    }

    @Test func refused() throws {
        let rest = #""reason":"nobody is left","nodes_to_move":3,"then":"exit","others_serving":null"#
        let plan = try #require(try plan("be_refused", rest))
        #expect(plan.isRefused)
        #expect(plan.text.hasPrefix("would be refused: nobody is left\n"))
        #expect(plan.text.contains("other beacons serving  -\n"))
    }
}

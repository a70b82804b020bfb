import BeaconHTTP
import Testing

@Suite struct FieldsTests {
    @Test("RFC 9110 §5.1: names have no case")
    func names() {
        var fields = Fields()
        fields.add("Accept-Encoding", "gzip")
        #expect(fields["aCCEPT-eNCODING"] == "gzip")
        #expect(fields["Accept"] == nil)
        #expect(fields.values("accept-encoding") == ["gzip"])
    }

    @Test("RFC 9110 §5.6.1: a list may be spread over lines and have empty members")
    func members() {
        var fields = Fields()
        fields.add("Connection", " Close ,, ,X")
        fields.add("connection", "y")
        #expect(fields.members("Connection") == ["close", "x", "y"])
        #expect(fields.members("Expect") == [])
    }

    @Test("RFC 9110 §5.5: bytes above ASCII stay distinct")
    func opaque() {
        func value(_ bytes: [UInt8]) -> String? {
            read(Array("GET / HTTP/1.1\r\nHost: a\r\nX: ".utf8) + bytes + Array("\r\n\r\n".utf8)).requests.first?
                .fields["x"]
        }
        #expect(value([0xFE]) == "\u{fe}")
        #expect(value([0xFE]) != value([0xFF]))
    }

    @Test(
        "RFC 9110 §12.4.2",
        arguments: [
            ("gzip", 1000), ("gzip;q=0", 0), ("gzip ; q=0.5", 500), ("gzip;q=1.000", 1000),
            ("gzip;q=0.001", 1), ("gzip;q=1.001", 0), ("gzip;q=0.0001", 0), ("gzip;q=2", 0), ("gzip;q=", 0),
            ("gzip;q=-1", 0),
            ("gzip;level=1;q=0.25", 250), ("x-gzip", nil), (";q=1", nil), ("", nil),
        ] as [(String, Int?)])
    func weights(member: String, expected: Int?) {
        #expect(Preferences([member]).weight("gzip") == expected)
    }
}

import BeaconPrinting
import Testing

struct JSONTests {
    @Test func `Members keep their order`() {
        let json = JSON.object([
            ("z", .integer(1)), ("a", .array([.bool(true), .null])), ("e", .array([])), ("o", .object([])),
        ])
        #expect(
            json.text == """
                {
                  "z": 1,
                  "a": [
                    true,
                    null
                  ],
                  "e": [],
                  "o": {}
                }

                """)
    }

    @Test func `Strings are escaped`() {
        #expect(JSON.string("a\"b\\c\n\t\r\u{1}\u{1F}é").text == #""a\"b\\c\n\t\r\u0001\u001fé""# + "\n")
    }

    @Test(arguments: [(1.5, "1.5"), (2, "2"), (0.1234, "0.123"), (-0.0001, "0"), (.nan, "null"), (.infinity, "null")])
    func `Numbers are short and never invalid`(value: Double, text: String) {
        #expect(JSON.number(value).text == text + "\n")
    }

    @Test func `Integers beyond 64 bits are clamped`() {
        #expect(JSON.int(UInt64.max).text == "9223372036854775807\n")
    }

    @Test func `Leaves have the names of the JSON form`() {
        let json = JSON.object([
            ("a", .object([("b", .integer(1234567)), ("c", .null)])), ("d", .array([.bool(false), .string("x")])),
        ])
        let leaves = json.leaves.map { "\($0.0)=\($0.1)" }
        #expect(leaves == ["a.b=1,234,567", "a.c=-", "d[0]=no", "d[1]=x"])
    }
}

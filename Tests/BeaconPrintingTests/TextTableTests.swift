import BeaconPrinting
import Testing

struct TextTableTests {
    @Test func `Columns are aligned, the first to the left`() {
        var table = TextTable(header: ["name", "n"])
        table.add(["a", "1"])
        table.add(["long one", "1,000"])
        table.add(["short row"])
        #expect(table.text == "name           n\na              1\nlong one   1,000\nshort row\n")
    }

    @Test func `A wide character counts once`() {
        var table = TextTable()
        table.add(["µs", "x"])
        table.add(["abc", "y"])
        #expect(table.text == "µs   x\nabc  y\n")
    }

    @Test func `No rows, no text`() {
        #expect(TextTable().text.isEmpty)
    }
}

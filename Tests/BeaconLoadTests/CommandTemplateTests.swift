import BeaconLoadKit
import Testing

struct CommandTemplateTests {
    @Test func `The port is filled in wherever it stands`() {
        let template = CommandTemplate("  a/b --addr 127.0.0.1:{port}  --x={port}{port} ")
        #expect(template?.words(port: 42) == ["a/b", "--addr", "127.0.0.1:42", "--x=4242"])
    }

    @Test func `Words are not split again`() {
        #expect(CommandTemplate(words: ["a b", "{port"]) == nil)
        #expect(CommandTemplate(words: ["a b", "{port}"])?.words(port: 1) == ["a b", "1"])
    }

    @Test(arguments: ["", "   ", "beacon --addr :9001", "{port}", "beacon{port} {port}"])
    func `Without program or port it is none`(text: String) {
        #expect(CommandTemplate(text) == nil)
    }
}

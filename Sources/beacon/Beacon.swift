import BeaconServer
@preconcurrency import Glibc

@main
struct Beacon {
    static func main() {
        exit(BeaconProgram.main(arguments: Array(CommandLine.arguments.dropFirst()), environment: environment()))
    }

    /// The environment as it was at start; nobody changes it.
    private static func environment() -> [String: String] {
        var variables: [String: String] = [:]
        var index = 0
        while let entry = environ[index] {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            index += 1
        }
        return variables
    }
}

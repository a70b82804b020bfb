extension Options {
    /// The arguments in the one spelling that the options below are declared for: `--key value`. Upstream's are those of
    /// Go's flag package: one dash or two, `-key=value` or `-key value` with whatever comes next as the value, a switch
    /// alone or with `=value` but never with a separate one. What is no setting is left alone.
    static func normalized(_ arguments: [String]) -> [String] {
        var normal: [String] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument != "--" else { return normal + [argument] + rest }
            guard let flag = Flag(argument) else {
                normal.append(argument == "-help" || argument == "-version" ? "-" + argument : argument)
                continue
            }
            normal.append("--" + flag.setting.key.rawValue)
            if let value = flag.value ?? (flag.setting.isSwitch ? "true" : rest.popFirst()) { normal.append(value) }
        }
        return normal
    }

    /// `-key`, `--key`, `-key=value` or `--key=value` of a setting.
    private struct Flag {
        let setting: Setting
        let value: String?

        init?(_ argument: String) {
            let dashes = argument.prefix { $0 == "-" }.count
            guard (1...2).contains(dashes) else { return nil }
            let parts = argument.dropFirst(dashes).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let key = Setting.Key(rawValue: String(parts[0])) else { return nil }
            setting = .of(key)
            value = parts.count == 2 ? String(parts[1]) : nil
        }
    }
}

import BeaconBasics

extension Configuration {
    /// Joins what was given, flags before environment before file before defaults, and checks all of it. Reads the
    /// configuration file and the admin token file; opens nothing else.
    ///
    /// Every value given is checked, even where a stronger source overrides it: a wrong line in a file should show
    /// when it is written, not on the day a flag goes. `BEACON_` variables that mean nothing here are a warning and
    /// no error, because container platforms make such names up: a Kubernetes service called `beacon` puts
    /// `BEACON_SERVICE_HOST`, `BEACON_PORT` and more into every pod. An empty variable counts as not set.
    ///
    /// - Throws: `ConfigurationError` with every problem found.
    public static func load(
        flags: [Setting.Key: String], environment: [String: String]
    ) throws(ConfigurationError) -> Configuration {
        var loader = ConfigurationLoader()
        let variables = environment.filter { $0.key.hasPrefix("BEACON_") && !$0.value.isEmpty }
        let configVariable = variables[Setting.of(.config).environmentName]
        if let path = flags[.config] ?? configVariable, !path.isEmpty {
            loader.take(ConfigurationFile(path: path))
        }
        loader.takeEnvironment(variables)
        for setting in Setting.all {
            guard let text = flags[setting.key] else { continue }
            loader.take(text, for: setting, from: .flag, place: "--\(setting.key.rawValue)")
        }
        return try loader.finish()
    }
}

/// Builds a configuration from its sources, the weakest first, and gathers what is wrong.
private struct ConfigurationLoader {
    private var configuration = Configuration()
    private var problems: [ConfigurationError.Problem] = []

    mutating func take(_ file: ConfigurationFile) {
        problems += file.problems
        for entry in file.entries {
            take(entry.text, for: .of(entry.key), from: .file, place: entry.place)
        }
        if file.isPublic, file.entries.contains(where: { Setting.of($0.key).isSecret && !$0.text.isEmpty }) {
            configuration.warnings.append("\(file.path) holds a secret and everybody can read it: chmod o-r it")
        }
    }

    mutating func takeEnvironment(_ variables: [String: String]) {
        var unknown = variables
        for setting in Setting.all {
            let name = setting.environmentName
            guard let text = unknown.removeValue(forKey: name) else { continue }
            take(text, for: setting, from: .environment, place: name)
        }
        configuration.warnings += unknown.keys.sorted().map { name in
            let hint = suggestion(for: String(name.dropFirst("BEACON_".count)), spelling: \.environmentName)
            return "environment variable \(quoted(name)) is no setting\(hint)"
        }
    }

    mutating func take(_ text: String, for setting: Setting, from source: Configuration.Source, place: String) {
        var changed = configuration
        do {
            try setting.assign(text, &changed)
        } catch {
            let value = setting.isSecret ? "the value" : quoted(text)
            problems.append(.init(place: place, sentence: "\(value) \(error.reason)"))
            return
        }
        // Either of environment and file turns a switch on; the other's "false" does not undo that.
        let isOff = setting.isSwitch && setting.text(changed) == "false"
        if isOff, source == .environment, setting.text(configuration) == "true" { return }
        configuration = changed
        configuration.sources[setting.key] = source
    }

    func finish() throws(ConfigurationError) -> Configuration {
        var configuration = configuration
        let all = problems + configuration.check()
        guard all.isEmpty else { throw ConfigurationError(problems: all) }
        return configuration
    }
}

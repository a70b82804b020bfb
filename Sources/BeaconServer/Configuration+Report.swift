public import BeaconAdmin
import BeaconBasics

extension Configuration {
    /// Every setting with its value and source, in the order of `Setting.all`; secrets masked.
    public var statuses: [SettingStatus] { Setting.all.map(status) }

    private func status(_ setting: Setting) -> SettingStatus {
        SettingStatus(
            key: setting.key.rawValue, value: shown(setting), source: source(of: setting.key).rawValue,
            live: setting.isLive)
    }

    private func shown(_ setting: Setting) -> String {
        let text = setting.text(self)
        return setting.isSecret && !text.isEmpty ? Secret(text).description : text
    }

    /// Changes a setting that may change while running. The caller puts the new value to work.
    public mutating func change(_ name: String, to text: String) -> SettingChange {
        guard let setting = Setting.named(name) else { return .unknownKey }
        guard setting.isLive else { return .notLive }
        do {
            try setting.assign(text, &self)
        } catch {
            return .invalid("\(quoted(text)) \(error.reason)")
        }
        sources[setting.key] = .admin
        return .changed(status(setting))
    }
}

extension Report {
    /// `/snapshots`.
    static func snapshots(_ status: SnapshotStatus) -> Report {
        [
            "directory": Report(status.directory),
            "running": Report(status.isRunning),
            "written": Report(status.written),
            "failed": Report(status.failed),
            "last": status.last.map(attempt) ?? .null,
            "bytes": Report(status.bytes),
            "files": .array(status.files.map(file)),
        ]
    }

    /// `/stats`: without the files.
    static func snapshotTotals(_ status: SnapshotStatus?) -> Report {
        guard let status else { return .null }
        return [
            "written": Report(status.written),
            "failed": Report(status.failed),
            "files": Report(status.files.count),
            "bytes": Report(status.bytes),
            "last_error": Report(status.last?.error),
        ]
    }

    private static func attempt(_ attempt: SnapshotStatus.Attempt) -> Report {
        [
            "number": Report(attempt.number),
            "reason": Report(attempt.reason),
            "time": Report(seconds: attempt.time),
            "seconds": Report(seconds: attempt.took),
            "file": Report(attempt.file),
            "bytes": Report(attempt.bytes),
            "nodes": Report(attempt.nodes),
            "error": Report(attempt.error),
        ]
    }

    private static func file(_ file: SnapshotStatus.File) -> Report {
        Report(inline: [
            ("name", Report(file.name)), ("bytes", Report(file.bytes)), ("time", Report(seconds: file.time)),
            ("reason", Report(file.reason)), ("compressed", Report(file.isCompressed)),
        ])
    }
}

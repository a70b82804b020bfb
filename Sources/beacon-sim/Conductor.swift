import BeaconBasics
import BeaconSimKit
import Glibc

/// Runs a campaign in several processes and collects what they say.
struct Conductor {
    private let plan: CampaignPlan
    private let options: CampaignOptions
    private var workers: [Worker]
    private(set) var report = CampaignReport()
    private(set) var isCutShort = false
    var failureLimit = 10
    private let started = realSeconds()
    private var lastProgress = 0.0

    init(_ plan: CampaignPlan, options: CampaignOptions, workers: Int) {
        self.plan = plan
        self.options = options
        self.workers = (0..<workers).map { Worker(lane: $0) }
    }

    mutating func conduct() {
        for index in workers.indices { start(index, from: workers[index].lane) }
        while workers.contains(where: { $0.output >= 0 }) {
            var polled = workers.map { pollfd(fd: $0.output, events: Int16(POLLIN), revents: 0) }
            guard poll(&polled, nfds_t(polled.count), -1) >= 0 || errno == EINTR else { break }
            for index in workers.indices where polled[index].revents != 0 { listen(to: index) }
            if report.failures.count >= failureLimit { cutShort() }
        }
    }

    private mutating func start(_ index: Int, from job: Int) {
        workers[index].job = job
        guard job < plan.jobs.count else { return }
        let words = ["worker"] + options.words + ["--from", "\(job)", "--step", "\(workers.count)"]
        if !workers[index].start(words) { isCutShort = true }
    }

    private mutating func listen(to index: Int) {
        guard let lines = workers[index].lines() else { return ended(index) }
        for line in lines {
            guard let run = RunReport(line: line) else { continue }
            workers[index].job += workers.count
            take(run)
        }
    }

    private mutating func take(_ run: RunReport) {
        report.add(run)
        if run.violation != nil { say(run.failureText) }
        let now = realSeconds()
        guard now - lastProgress >= 5 else { return }
        lastProgress = now
        let done = report.runs + report.repeated
        say("\(Int(now - started)) s: \(done) of \(plan.jobs.count) runs, \(report.failures.count) failed")
    }

    /// S16: a worker that ended before its lane did has trapped in the job it was at; another takes the lane on from the
    /// next.
    private mutating func ended(_ index: Int) {
        let job = workers[index].job
        let end = workers[index].reap()
        guard !isCutShort, job < plan.jobs.count else { return }
        var run = RunReport(
            scenario: plan.jobs[job].scenario, members: plan.jobs[job].members, seed: plan.jobs[job].seed)
        run.violation = Violation(property: .s16, at: run.virtualTime, text: "the process ended by \(end)")
        take(run)
        start(index, from: job + workers.count)
    }

    private mutating func cutShort() {
        isCutShort = true
        for worker in workers where worker.output >= 0 { worker.kill() }
    }
}

import BeaconLoadKit
import Testing

struct RelayPlanTests {
    private func plan(_ change: (inout RelayPlan) -> Void) -> RelayPlan {
        var plan = RelayPlan()
        change(&plan)
        return plan
    }

    @Test func `The standard plan is sound`() {
        #expect(RelayPlan().fault == nil)
        #expect(RelayPlan().batch == 64 && RelayPlan().quantum == 64)
    }

    @Test func `A fault names its option`() {
        let faults: [(String, (inout RelayPlan) -> Void)] = [
            ("--nodes", { $0.nodes = 0 }), ("--nodes", { $0.nodes = 5_000_000 }), ("--nodes", { $0.nodes = 1 << 20 }),
            ("--receivers", { $0.receivers = 0 }), ("--senders", { $0.senders = 5000 }),
            ("--payload", { $0.payload = 23 }), ("--payload", { $0.payload = 65_499 }), ("--flow", { $0.burst = 0 }),
            ("--window", { $0.pace = .window(0) }), ("--rate", { $0.pace = .rate(0) }),
            ("--base-id", { $0.baseID = .max - 1000 }),
        ]
        for (option, change) in faults { #expect(plan(change).fault?.contains(option) == true, "\(option)") }
    }

    @Test func `A GSO message holds what the kernel and UDP take`() {
        #expect(plan { $0.gso = true }.batch == 65_507 / 1209)
        #expect(
            plan {
                $0.gso = true; $0.payload = 100
            }.batch == 64)
        #expect(
            plan {
                $0.gso = true; $0.payload = 65_498
            }.batch == 1)
    }

    @Test func `Whole bursts leave together while they fit`() {
        #expect(
            plan {
                $0.gso = true; $0.burst = 32
            }.quantum == 32)
        #expect(plan { $0.burst = 16 }.quantum == 64)
        #expect(plan { $0.burst = 1000 }.quantum == 64)
        #expect(
            plan {
                $0.burst = 16; $0.pace = .rate(1000)
            }.quantum == 16)
        #expect(plan { $0.pace = .rate(1000) }.quantum == 1)
    }

    @Test func `A small window makes small batches`() {
        let small = plan { $0.pace = .window(5) }
        #expect(small.batch == 5 && small.quantum == 5)
    }

    @Test func `Senders' ids follow the nodes'`() {
        #expect(
            plan {
                $0.baseID = 100; $0.nodes = 50
            }.senderBase == 150)
    }
}

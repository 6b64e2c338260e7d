import Baselines
package import Contracts
package import Workers

/// Keeps meter readings, and finds out what the customers who accepted an order really reduced. A customer's rows lie
/// in the partition of the customer's id.
package struct KepcoWorker: Worker {
    package static let context = Context.kepco
    package static let summary = "meter readings, and what was really reduced"
    package static let commands = Topic.kepcoCommands
    package static let inputs: [Topic] = [.responseEvents, .drEvents, .kepcoReadings, .kepcoHistory]
    package static let background: [Topic] = [.kepcoHistory]
    package static let outputs: [Topic] = [.kepcoEvents, .kepcoInternal]
    package static let counters = [
        settlements, realChecks, otherChecks, correctedChecks, checksForMarket, checksBySettings, sweptChecks,
        sweptCorrections,
        sweptDays,
    ]
    static let realChecks = WorkerCounter("real_checks", "Checks that found a reduction.")
    static let otherChecks = WorkerCounter("other_checks", "Checks that found none.")
    static let correctedChecks = WorkerCounter("corrected_checks", "Corrections of checks by readings that came later.")
    static let checksForMarket = WorkerCounter(
        "checks_for_market", "Checks that had to wait for the market that their order names.")
    static let checksBySettings = WorkerCounter(
        "checks_by_settings", "Checks done by kepco's settings, although their order names a market.")
    static let settlements = WorkerCounter(
        "settlements", "Settlements of a resource's points of an order that have begun.")
    package static var tables: [any Table.Type] { [Days.self, Checks.self, Waiting.self] }

    let settings: KepcoSettings
    let zone: Zone
    let markets = KnownMarkets()

    package init(settings: KepcoSettings = .init()) {
        self.settings = settings
        zone = Zone(utcOffset: settings.utcOffset)
    }

    package var handlers: [Handler] {
        [
            Handler(MeterReading.self, home: { $0.user.text }, take),
            Handler(MeterReadings.self, home: { $0.user.text }, take),
            // Of the other answers nothing is checked: they are looked at wherever they lie.
            Handler(ListSaved.self, home: { $0.entry.answer == .accept ? $0.entry.id.user.text : nil }, take),
            Handler(AcceptChosen.self, home: { $0.entry.id.user.text }, take),
            Handler(DenyChosen.self, home: { $0.entry.id.user.text }, take),
            Handler(ListChanged.self, home: { $0.entry.id.user.text }, take),
            Handler(ListCancelled.self, home: { $0.entry.id.user.text }, take),
            // Each partition is told.
            Handler(MarketChanged.self, home: { _ in nil }, take),
            Handler(SumResource.self, home: { $0.resource.text }, take),
            // By the order, wherever it lies: the resources' homes are told.
            Handler(DRStarted.self, home: { _ in nil }, take),
            Handler(DRChanged.self, home: { _ in nil }, take),
            Handler(TargetResource.self, home: { $0.resource.text }, take),
            Handler(SettledPart.self, home: { $0.resource.text }, take),
            // Each partition is asked.
            Handler(SettlePoints.self, home: { _ in nil }, take),
        ]
    }

    package func fire(_ timer: Timer, _ transaction: Transaction) throws {
        switch timer.kind {
        case Self.deadlineTimer: if let id = Checks.id(timer.id) { try giveUpWaiting(id, transaction) }
        case Self.marketTimer: if let version = Int64(timer.id) { try checkSome(for: version, transaction) }
        case Self.completeTimer: try checkNext(of: UserID(text: timer.id), transaction)
        case Self.correctionTimer: try correctNext(of: UserID(text: timer.id), transaction)
        case Self.sumTimer: try sendSum(timer.id, transaction)
        case Self.totalTimer: try sayTotal(timer.id, transaction)
        case Self.settlementTimer: try beginSettlement(timer.id, transaction)
        case Self.settlingTimer: try settleSome(timer.id, transaction)
        case Sweep.timerKind: try transaction.sweep(timer.id, sweptParts)
        default: break
        }
    }

    private func take(_ reading: MeterReading, _ transaction: Transaction) throws {
        try record([reading.tenths], of: reading.user, from: reading.startsAt, transaction)
    }

    private func take(_ readings: MeterReadings, _ transaction: Transaction) throws {
        try record(readings.tenths, of: readings.user, from: readings.startsAt, transaction)
    }

    private func take(_ saved: ListSaved, _ transaction: Transaction) throws {
        guard saved.entry.answer == .accept else {
            try leave(saved.entry.id, transaction)
            return
        }
        do {
            try checkAge(saved.entry, transaction)
            try ask(saved, transaction)
            try transaction.armSweep()
        } catch let rejection as Rejection {
            // A check that never comes takes no place: what was followed goes with its dead letter.
            guard try transaction.row(Checks.self, Checks.key(saved.entry.id)) == nil,
                try leave(saved.entry.id, transaction)
            else { throw rejection }
            transaction.deadLetter(transaction.keep(), rejection)
        }
    }
}

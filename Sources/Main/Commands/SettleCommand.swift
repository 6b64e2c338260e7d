import Configuration
import JSON
import Settlement

/// `negawatt settle FILE`: what orders come to in won, without Kafka.
enum SettleCommand {
    private static let explain = ConfigurationKey(
        flag: "explain", "how each sum was found: hours, caps, shortfall, what KPX says; for people")
    private static let showRules = ConfigurationKey(
        flag: "show-rules", "prints the rules that hold, Korea's or those of --rules, as a file to start from; no FILE")

    static let command = CommandDeclaration(
        name: "settle", summary: "Estimates from a file what orders are paid and what they cost, beside KPX's figure",
        operands: [CommandDeclaration.Operand(name: "FILE", isOptional: true)],
        options: [explain, SettlementRulesFile.option, showRules],
        about: """
            FILE (- is standard input) has a line of JSON for each order of a resource:
              id, resource          what they are called in the results
              kind                  standard (표준DR), small (중소형DR), jeju (제주DR), national (국민DR), or one of --rules
              test                  true: a test, paid by smp instead of mgp (not national)
              noticeMin             minutes between request and start: national is paid by it
              hours                 [{startsAt, orderedWh, baselineWh, usedWh}, ...]: figures of the resource, up to three
                                    decimals; null where a reading is missing, and then nothing is reduced. Also mgp and smp
                                    of that hour, and kpxKWh, the sum of its customers' reductions in whole kWh
              prices                {mgp, smp, rbp, capacity}: won a kWh, a kWh, a kW, and a kW and month
              capacityPayWon        the resource's capacity pay of the month: its penalties are no more together
              penaltiesBeforeWon    what earlier orders of the month have taken of that
              earlierDays           [{day, orderedWh, reducedWh}, ...]: the order days before this one in the period
              kpxWon                what KPX says the order comes to: pay less penalty

            Each hour is settled by itself. A kind is paid in one of two ways:
              credited   min(max(baseline - used, 0), creditedPercent of ordered) x mgp; what is missing to fullPercent
                         of ordered costs capacity / shortfallDivisor x shortfallFactor a kWh; stopDays order days that
                         average below stopBelowPercent stop trading
              reward     max(baseline - used, 0) x (rbp / rewardHours + mgp) x (1 + (noticeMin / notice) / noticeDivisor)
            --rules FILE has these numbers: {kinds: [{id, terms: [{from, source, pay, ...}]}]}, each from a date on, with
            prices where an order says none, toleranceWon (a difference that is no reason to object) and listWorkingDays (for
            negawatt report). Every fault is told with its line and field. Start from negawatt settle --show-rules > rules.json.

            Prints a line of JSON for each order, sums of won rounded once: compliancePercent, payWon, penaltyWon, netWon, the
            same in kpx by KPX's whole kWh, and with kpxWon the difference from that, and whether an objection is due.
            Exit codes: 0 done, 1 a line could not be settled (standard error says which and why; the others are), 2 the
            command or a file is wrong.
            """,
        examples: [
            "negawatt settle orders.jsonl", "negawatt settle orders.jsonl --explain",
            "negawatt settle --show-rules", "negawatt settle orders.jsonl --rules rules.json",
        ]
    ) { invocation in
        let configuration = invocation.configuration
        let file = try SettlementRulesFile(configuration)
        guard !configuration[showRules] else {
            write(String(decoding: file.text, as: UTF8.self))
            return .success
        }
        guard let orders = invocation.operands.first else {
            throw UsageError(description: "FILE is missing, or \(showRules.option)", path: ["settle"])
        }
        return try BaselineCommand.eachLine(of: orders, command: "settle") { fields in
            let order = try SettledOrder(fields)
            let estimate = try SettlementEstimate(order, file.rules)
            if configuration[explain] {
                write(SettlementExplanation(order, estimate).text)
            } else {
                write(JSONLine.text { estimate.write(order, &$0) } + "\n")
            }
        }
    }
}

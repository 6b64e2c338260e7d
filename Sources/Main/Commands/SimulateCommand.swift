import Configuration
import Simulation

/// `negawatt simulate`: a whole order with simulated customers, against running daemons.
enum SimulateCommand {
    private static let defaults = OrderRunSettings()

    private static let customers = ConfigurationKey(
        option: "customers", .integer(1...1_000_000), "N", default: defaults.population.customers,
        "how many customers take part")
    private static let weeks = ConfigurationKey(
        option: "weeks", .integer(1...12), "N", default: defaults.population.weeks,
        "how many weeks of readings precede the order")
    private static let hours = ConfigurationKey(
        option: "hours", .integer(1...12), "N", default: defaults.hours,
        "how long the order has been running when it is ended")
    private static let seed = ConfigurationKey(
        option: "seed", .integer(0...UInt64(Int64.max)), "N", default: defaults.population.seed,
        "the same seed gives the same customers and readings")
    private static let accept = ConfigurationKey(
        option: "accept", .decimal(0...1000), "SHARE", default: defaults.population.accept,
        "the share of customers who accept")
    private static let deny = ConfigurationKey(
        option: "deny", .decimal(0...1000), "SHARE", default: defaults.population.deny,
        "the share who deny; the others do not answer")
    private static let reduce = ConfigurationKey(
        option: "reduce", .decimal(0...1000), "SHARE", default: defaults.population.reduce,
        "the share of accepting customers who use less; half of the others use as much as usual, half use more")
    private static let resources = ConfigurationKey(
        option: "resources", .integer(0...50), "N", default: defaults.population.resources,
        "how many resources the customers belong to, with methods of their own; as many belong to none as to each")
    private static let kind = ConfigurationKey(
        option: "kind", .text, "KIND", default: defaults.kind,
        "the market's kind of the order and of the resources; it must let an order begin in the past")
    private static let prefix = ConfigurationKey(
        option: "prefix", .text, "TEXT",
        "what the customers' ids begin with (default: u, or else the first of u2-, u3- … that is free)")
    private static let order = ConfigurationKey(
        option: "order", .text, "ID", "the order's id (default: the date and time)")
    private static let timeout = ConfigurationKey(
        option: "timeout", .seconds(1...86_400), "SECONDS", default: defaults.stageTimeout,
        "how long a stage may make no progress before it fails")

    private static let utilityCustomers = ConfigurationKey(
        option: "utility-customers", .integer(0...10_000), "N", default: defaults.population.utilityCustomers,
        "how many customers have their past readings from the simulated utility that feed asks: negawatt meter-simulator --steady"
    )
    private static let utilitySeed = ConfigurationKey(
        option: "utility-seed", .integer(0...UInt64(Int64.max)), "N", default: defaults.population.utilitySeed,
        "that utility's --seed")
    private static let contacts = ConfigurationKey(
        option: "contacts", .integer(0...1_000_000), "N", default: defaults.population.contacts,
        "how many customers are told of the order and their result by notify, over its channel push, which negawatt dev has"
    )
    private static let gateway = ConfigurationKey(
        option: "gateway", .text, "URL",
        "a gateway that must show the same figures at the end, such as http://127.0.0.1:8080")

    static let command = CommandDeclaration(
        name: "simulate", summary: "Runs a whole order with simulated customers and checks the results",
        options: KafkaOptions.keys
            + [
                customers, weeks, hours, seed, accept, deny, reduce, resources, kind, prefix, order, timeout, gateway,
                utilityCustomers, utilitySeed, contacts, KepcoOptions.points,
            ],
        about: """
            Registers customers, sends their meters' readings of past weeks, starts an order that began some hours ago, answers it,
            ends it and sends the readings of its hours. Some who accept really reduce, some do not; some change their
            mind; some write their answers in unusual forms. The expected results are known beforehand for each customer, from the
            planned use. Prints the figures and the time of each stage; exits 0 only if every figure agrees. Each run has its own
            customers; those of earlier runs are asked too, and do not answer. Who has his past readings from the utility is
            registered with feed, which asks it; his meter sends the order's hours by itself, since the utility has a day once it
            is over. It knows nothing of the order: where daemons go on for another day, its readings correct the checks.
            With --resources, each customer's check must name his resource and its method, and what is said of each resource must be
            the sum of its customers; where the kind shares points by resource, they come behind the readings' deadline of the kepco daemons.
            --points-per-wh must be the same as for the kepco daemons; what the market says of the order's kind comes before it.
            """,
        examples: [
            "negawatt simulate --bootstrap-servers localhost:9092",
            "negawatt simulate --bootstrap-servers localhost:9092 --customers 100000 --weeks 1 --seed 7",
        ]
    ) { invocation in
        let configuration = invocation.configuration
        let settings = settings(configuration)
        if let fault = settings.fault { throw UsageError(description: fault, path: ["simulate"]) }
        let kafka = try KafkaOptions(configuration)
        let hasReadings = settings.population.utilityCustomers > 0
        let exchange = try KafkaExchange(kafka.all, hasReadings: hasReadings, log: LogOptions.forTools)
        let report = try OrderRun(settings, exchange, ProgressLine()).run()
        write(report.text())
        guard let address = configuration[gateway] else { return report.agrees ? .success : .failure }
        let shown = try GatewayFigures(address: address).figures(report, within: settings.stageTimeout)
        write(Self.text(shown))
        return report.agrees && shown.allSatisfy { $0.observed == $0.expected } ? .success : .failure
    }

    private static func text(_ shown: [Report.Figure]) -> String {
        var table = TextTable("through the gateway", "shown>", "expected>")
        for figure in shown { table.add([figure.name, "\(figure.observed)", "\(figure.expected)"]) }
        let agrees = shown.allSatisfy { $0.observed == $0.expected }
        return "\n\(table.text)\n\(agrees ? "the gateway agrees" : "THE GATEWAY DOES NOT AGREE")\n"
    }

    private static func settings(_ configuration: Configuration) -> OrderRunSettings {
        var settings = defaults
        settings.population.customers = configuration[customers]
        settings.population.weeks = configuration[weeks]
        settings.population.accept = configuration[accept]
        settings.population.deny = configuration[deny]
        settings.population.reduce = configuration[reduce]
        settings.population.seed = configuration[seed]
        settings.population.resources = configuration[resources]
        settings.kind = configuration[kind]
        settings.population.utilityCustomers = configuration[utilityCustomers]
        settings.population.utilitySeed = configuration[utilitySeed]
        settings.population.contacts = configuration[contacts]
        settings.hours = configuration[hours]
        settings.stageTimeout = configuration[timeout]
        settings.milliPointsPerWh = configuration[KepcoOptions.points]
        settings.prefix = configuration[prefix]
        settings.order = configuration[order]
        return settings
    }
}

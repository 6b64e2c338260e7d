import Configuration
import Contracts

/// Every command there is.
enum Tree {
    static let root: CommandDeclaration = CommandDeclaration(
        name: "negawatt", summary: "Demand response over Kafka: orders, customers, answers, reductions and points",
        options: [ConfigurationKey(flag: "version", "the version")],
        about: """
            Runs a daemon for each context (\(Context.all.map(\.name).joined(separator: ", "))), the gateway for people and
            programs, and the tools to operate them.
            To try everything out: negawatt dev.
            Exit codes: 0 done, 1 failed, 2 wrong usage, 78 refused because the state directory or the topics are wrong.
            """,
        examples: [
            "negawatt dev", "negawatt user --bootstrap-servers localhost:9092 --state-directory /var/lib/negawatt",
        ],
        commands: DaemonCommand.all + [
            GatewayCommand.command, DevCommand.command, TopicsCommand.command, DeadLettersCommand.command,
            StateCommand.command, HealthCommand.command, MarketCommand.command,
            SimulateCommand.command, BaselineCommand.command, RRMSECommand.command, SettleCommand.command,
            ExplainCommand.command, HeldCommand.command, ReportCommand.command,
            MeterSimulatorCommand.command, WebhookReceiverCommand.command,
            completion,
        ])

    /// All settings, of whatever command: an environment and a file may serve all of them.
    static let settings: [any ConfigurationOption] = {
        var seen: Set<String> = []
        return keys(root).filter { $0.isSetting && seen.insert($0.name).inserted }
    }()

    private static func keys(_ command: CommandDeclaration) -> [any ConfigurationOption] {
        command.options + command.commands.flatMap(keys)
    }

    private static let completion: CommandDeclaration = CommandDeclaration(
        name: "completion", summary: "Prints a shell script that completes command lines",
        operands: [CommandDeclaration.Operand(name: "SHELL", choices: ["bash"])],
        examples: ["source <(negawatt completion bash)"]
    ) { _ in
        write(Completion(root: Tree.root).bash)
        return .success
    }

    /// The operand that names a context.
    static let context = CommandDeclaration.Operand(name: "CONTEXT", choices: Context.all.map(\.name))
}

import Glibc
import RealKafka
import Schemas
import Testing

/// Goes through steps, and remembers what answers have said.
final class Course {
    private let stage: Stage
    private(set) var names: [String: String]

    init(_ stage: Stage) { (self.stage, names) = (stage, ["G": "http://127.0.0.1:\(stage.open.port)"]) }

    subscript(name: String) -> String? {
        get { names[name] }
        set { names[name] = newValue }
    }

    /// - Parameter row: what it is part of, for whoever looks for what is wrong.
    func go(_ steps: [Step], in row: String = "") throws {
        for step in steps {
            switch step {
            case .ask(let exchange): try ask(exchange, row)
            case .act(let body): try body(stage, self)
            }
        }
    }

    private func ask(_ exchange: Exchange, _ row: String) throws {
        let words = resolve(exchange.request).split(separator: " ", maxSplits: 1).map(String.init)
        var headers = ["Accept": "application/json, text/plain, */*"].merging(exchange.headers) { $1 }
        headers = headers.filter { !$0.value.isEmpty }.mapValues { resolve($0) }
        let client = exchange.gateway == .open ? stage.open : stage.guarded
        let list = headers.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
        let end = ContinuousClock.now + Patience.usual
        var answer = try client.ask(words[0], words[1], list, resolve(exchange.body))
        while exchange.isAwaited, !faults(exchange, answer).isEmpty, .now < end {
            usleep(20_000)
            answer = try client.ask(words[0], words[1], list, resolve(exchange.body))
        }
        for (name, place) in exchange.kept {
            let found: String? = place.hasPrefix("/") ? answer.at(place)?.string : answer[place]
            let value: String = try #require(found, "\(row) \(exchange.request) says no \(place)\n\(answer)")
            names[name] = value
        }
        for fault in faults(exchange, answer) {
            Issue.record("\(row) \(exchange.request): \(fault)\n\(answer)")
        }
    }

    private func faults(_ exchange: Exchange, _ answer: WebClient.Answer) -> [String] {
        var faults: [String] = []
        if answer.status != exchange.status { faults.append("the status is \(answer.status), not \(exchange.status)") }
        if exchange.isEmpty, !answer.body.isEmpty { faults.append("there is a body") }
        for (name, wanted) in exchange.wantedHeaders {
            if let fault = wanted.fault(answer[name].map { .string($0) }, resolve) { faults.append("\(name) \(fault)") }
        }
        for (pointer, wanted) in exchange.members {
            if let fault = wanted.fault(answer.at(pointer), resolve) { faults.append("\(pointer) \(fault)") }
        }
        // Whatever is refused is said in one way, to old pages too.
        if answer.status >= 400, answer["Content-Type"]?.hasPrefix("text/html") != true,
            !exchange.request.hasPrefix("HEAD")
        {
            let isProblem =
                answer["Content-Type"] == "application/problem+json"
                && answer.at("/status")?.number == Double(answer.status)
                && answer.at("/message")?.string == answer.at("/detail")?.string
                && answer.at("/detail")?.string?.isEmpty == false
            if !isProblem { faults.append("it is refused, and not by a problem") }
        }
        if answer["X-Content-Type-Options"] != "nosniff" { faults.append("it has no security headers") }
        return faults
    }

    func resolve(_ text: String) -> String {
        guard text.contains("$") else { return text }
        return names.sorted { $0.key.count > $1.key.count }.reduce(text) { $0.replacing("$\($1.key)", with: $1.value) }
    }
}

import Contexts
import Contracts
import Foundation
import Schemas
import Testing
import Workers

/// A further context is its folder, its topics and a line in each of a few lists. What the compiler does not see of
/// them is seen here.
@Suite struct ContextsTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(folder).path).sorted()
    }

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    @Test func `every folder of a context has a target in Package.swift and a worker in Contexts`() throws {
        let folders = try Self.names("Sources").filter { $0.hasSuffix("Context") }
        let package = try Self.text("Package.swift")
        let workers = Contexts.types.map { "\(String(reflecting: $0).prefix { $0 != "." })" }
        for folder in folders {
            #expect(package.contains("\"\(folder)\""), "\(folder) is not in Package.swift's list of contexts")
            #expect(workers.contains(folder), "the worker of \(folder) is not in Contexts.workers")
        }
        #expect(Set(workers) == Set(folders) && workers.count == folders.count)
    }

    @Test func `every context has a worker and topics, and every file of topics belongs to one`() {
        let workers = Set(Contexts.types.map { $0.context.name })
        let contracts = Set(Context.all.map(\.name))
        let files = Set(Schemas.catalogue.values.map(\.owner))
        for name in workers.union(contracts).union(files) {
            #expect(workers.contains(name), "\(name) has no worker in Contexts.workers")
            #expect(contracts.contains(name), "the topics of \(name) are not in Topic.all")
            #expect(files.contains(name), "\(name) has no files in topics/")
        }
        #expect(contracts.count == Context.all.count)
    }

    @Test func `a worker reads the topics that say so`() {
        for worker in Contexts.types {
            let context = worker.context
            let inputs = [context.commands, context.internal] + worker.inputs.map(\.name)
            let readable = Schemas.catalogue.values.filter { $0.readers.contains(context.name) }.map(\.name)
            #expect(inputs.sorted() == readable.sorted(), "the inputs of \(context), and the readers in topics/")
            #expect(Topic.all.contains(worker.commands) && worker.inputs.allSatisfy(Topic.all.contains))
            #expect(worker.background.allSatisfy(worker.inputs.contains), "what gives way is an input")
        }
    }

    @Test func `a worker says what its events and its internal topic hold, and nothing else`() {
        for worker in Contexts.types {
            let context = worker.context
            let own = Topic.all.filter { [context.events, context.internal].contains($0.name) && !$0.messages.isEmpty }
            #expect(Set(worker.outputs).isSuperset(of: own), "\(context) does not declare all that it says")
            let others = worker.outputs.filter { $0.owner != context }
            for output in worker.outputs where output.owner == context {
                #expect(!output.isWrittenByOutsiders, "\(context) may not say \(output.name)")
            }
            // Where outsiders may write a context may, if the topic says so.
            let writable = Schemas.catalogue.values.filter { $0.writers.contains(context.name) }.map(\.name)
            #expect(
                others.map(\.name).sorted() == writable.sorted(), "what \(context) writes, and the writers in topics/")
            let owned = others.filter { !$0.isWrittenByOutsiders }
            #expect(owned.isEmpty, "\(context) writes what only its owner may")
        }
    }

    @Test func `tables and counters have one name each`() {
        for worker in Contexts.types {
            let tables = worker.tables.map { $0.name.description } + [Timers.name.description]
            #expect(Set(tables).count == tables.count, "\(worker.context)")
            #expect(Set(worker.counters.map(\.name)).count == worker.counters.count, "\(worker.context)")
        }
    }

    @Test func `the pages know every context`() throws {
        let folder = "Sources/Gateway/Web/Pages"
        let pages = try Self.names(folder).filter { $0.hasSuffix(".js") }.map { try Self.text("\(folder)/\($0)") }
        for context in Context.all {
            #expect(pages.contains { $0.contains("\"\(context)\"") }, "no page under \(folder) names \(context)")
        }
    }
}

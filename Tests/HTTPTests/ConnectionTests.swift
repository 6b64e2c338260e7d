import Glibc
import Testing

@testable import HTTP

/// Clients that hold on to connections: by bytes that drip, by many of them, from many addresses.
@Suite(.timeLimit(.minutes(30))) struct ConnectionTests {
    private static func makeServer(
        connections: Int = 128, headLimit: Duration = .seconds(60), answerLimit: Duration = .seconds(60)
    ) throws -> HTTPServer {
        try HTTPServer(
            address: "127.0.0.1", port: 0, connections: connections, headLimit: headLimit, answerLimit: answerLimit
        ) { request in
            switch request.path {
            case "/livez": HTTPResponse("alive\n")
            case "/big": HTTPResponse(contentType: "application/octet-stream", body: big)
            default: .notFound
            }
        }
    }

    private static let big = [UInt8](repeating: 7, count: 30_000_000)

    /// As a probe does it, with a connection of its own: long before those that hold theirs have to let them go.
    private func expectAlive(_ server: borrowing HTTPServer, from source: String? = nil) throws {
        let start = ContinuousClock.now
        #expect(try Client(port: server.port, source: source).request("GET", "/livez").text == "alive\n")
        #expect(.now - start < .seconds(20))
    }

    @Test func `a head that drips has a deadline as a whole`() throws {
        let server = try Self.makeServer(headLimit: .seconds(1))
        let client = try Client(port: server.port)
        let time = client.drip("GET /livez HTTP/1.1\r\nX-Long: ")
        #expect(time.map { $0 >= .milliseconds(900) } == true, "\(String(describing: time))")
        let silent = try Client(port: server.port)
        #expect(silent.isClosed())
    }

    @Test func `each head on a connection has its own deadline`() throws {
        let server = try Self.makeServer(headLimit: .seconds(5))
        let client = try Client(port: server.port)
        let start = ContinuousClock.now
        var answers = 0
        // Longer than one head may take.
        while .now - start < .seconds(6) {
            answers += try client.request("GET", "/livez").status == 200 ? 1 : 0
        }
        #expect(answers > 1)
        let time = client.drip("GET /livez HTTP/1.1\r\nX-Long: ")
        #expect(time.map { $0 >= .milliseconds(900) } == true, "\(String(describing: time))")
    }

    @Test func `a body that drips has a deadline`() throws {
        let server = try Self.makeServer(answerLimit: .seconds(1))
        let client = try Client(port: server.port)
        client.send("POST /livez HTTP/1.1\r\nHost: here\r\nContent-Length: 60000\r\n\r\n")
        let time = client.drip("body")
        #expect(time != nil)
    }

    @Test func `an answer that is not taken has a deadline`() throws {
        let server = try Self.makeServer(answerLimit: .seconds(1))
        let client = try Client(port: server.port, buffer: 4096)
        client.send("GET /big HTTP/1.1\r\nHost: here\r\n\r\n")
        _ = client.drip(within: .seconds(6))
        // What the system had taken still comes.
        #expect(throws: Client.Failure.closed) { _ = try client.answer() }
        try expectAlive(server)
    }

    @Test(arguments: [1, 2, 40]) func `a probe gets in whoever holds all connections`(addresses: Int) throws {
        let server = try Self.makeServer()
        var held: [Client] = []
        for _ in 0..<5 {
            for number in 0..<200 {
                let client = try Client(port: server.port, source: "127.0.1.\(number % addresses + 1)")
                client.send("GET /livez HTTP/1.1\r\n")
                held.append(client)
            }
            try expectAlive(server)
            try expectAlive(server, from: "127.0.1.1")
        }
        // Whoever was first has been let go; whoever was last is still waited for.
        #expect(held.first?.isClosed() == true)
        held.last?.send("Host: here\r\n\r\n")
        #expect(try held.last?.answer().status == 200)
    }

    /// Connections that have been answered and are kept are the client's own, and go for a newcomer too.
    @Test func `connections that wait for nothing make room`() throws {
        let server = try Self.makeServer(connections: 4)
        let clients = try (0..<4).map { _ in try Client(port: server.port) }
        for client in clients { #expect(try client.request("GET", "/livez").status == 200) }
        try expectAlive(server)
        #expect(clients[0].isClosed())
        #expect(try clients[3].request("GET", "/livez").status == 200)
    }

    @Test(arguments: [
        "//livez", "/livez/", "/livez%2500", "/LIVEZ", "/livez;x", "/livez%20", "/livez%0a", "/%6civez", "/livez%3f",
    ])
    func `only the path itself is the path`(target: String) throws {
        let server = try Self.makeServer()
        let answer = try Client(port: server.port).request("GET", target)
        #expect(answer.status == 404)
    }
}

/// Which connections are closed.
@Suite struct ConnectionTableTests {
    private let start = ContinuousClock.now
    private var table = ConnectionTable(limit: 4, headLimit: .seconds(5), answerLimit: .seconds(10))

    private func client(_ number: UInt64) -> ConnectionTable.Client { ConnectionTable.Client(network: number) }

    private func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test mutating func `the oldest of who has the most goes`() {
        #expect(table.open(1, from: client(1), at: at(0)) == nil)
        #expect(table.open(2, from: client(2), at: at(1)) == nil)
        #expect(table.open(3, from: client(2), at: at(2)) == nil)
        #expect(table.open(4, from: client(3), at: at(3)) == nil)
        #expect(table.open(5, from: client(4), at: at(4)) == 2)
        // All have one: the oldest of all.
        #expect(table.open(6, from: client(5), at: at(5)) == 1)
        // Who comes counts as well, and is not the one to go.
        #expect(table.open(7, from: client(3), at: at(6)) == 4)
        #expect(table.count == 4)
    }

    @Test mutating func `what is overdue is told once`() {
        _ = table.open(1, from: client(1), at: at(0))
        _ = table.open(2, from: client(1), at: at(1))
        table.enter(.answer, 2, at: at(2))
        #expect(table.nextDeadline == at(5))
        #expect(table.takeOverdue(at: at(4)).closed == [])
        #expect(table.takeOverdue(at: at(5)).closed == [1])
        #expect(table.nextDeadline == at(12))
        table.enter(.idle, 2, at: at(6))
        #expect(table.nextDeadline == at(11))
        #expect(table.takeOverdue(at: at(20)).closed == [2])
        #expect(table.takeOverdue(at: at(20)).closed == [])
        #expect(table.nextDeadline == nil)
    }

    @Test mutating func `who waits for a request goes before who is being answered`() {
        let phases: [ConnectionTable.Phase] = [.stream, .later, .answer]
        for (socket, phase) in zip(Int32(1)..., phases) {
            _ = table.open(socket, from: client(1), at: at(0))
            table.enter(phase, socket, at: at(1))
        }
        _ = table.open(4, from: client(1), at: at(2))
        #expect(table.open(5, from: client(1), at: at(3)) == 4)
        table.enter(.answer, 5, at: at(4))
        // None waits but the newcomer.
        #expect(table.open(6, from: client(1), at: at(5)) == 3)
        #expect(table.open(7, from: client(2), at: at(6)) == 6)
    }

    @Test mutating func `the next request may be waited for, but its head has its own time`() {
        table = ConnectionTable(
            limit: 2, headLimit: .seconds(5), answerLimit: .seconds(10), idleLimit: .seconds(100))
        _ = table.open(1, from: client(1), at: at(0))
        table.beginHead(1, at: at(3))
        #expect(table.nextDeadline == at(5))
        table.enter(.answer, 1, at: at(4))
        table.enter(.idle, 1, at: at(5))
        #expect(table.nextDeadline == at(105))
        table.beginHead(1, at: at(50))
        table.beginHead(1, at: at(52))
        #expect(table.nextDeadline == at(55))
        table.enter(.answer, 1, at: at(54))
        table.enter(.idle, 1, at: at(55))
        // Who is idle goes first, though the other one has waited longer.
        _ = table.open(2, from: client(1), at: at(40))
        #expect(table.open(3, from: client(1), at: at(60)) == 1)
    }

    @Test mutating func `a stream has no deadline, and a late answer is told of`() {
        table = ConnectionTable(
            limit: 4, headLimit: .seconds(5), answerLimit: .seconds(10), laterLimit: .seconds(20))
        for socket in Int32(1)...3 { _ = table.open(socket, from: client(1), at: at(0)) }
        table.enter(.stream, 1, at: at(0))
        table.enter(.later, 2, at: at(0))
        table.close(3)
        #expect(table.nextDeadline == at(20) && table.count == 2)
        let overdue = table.takeOverdue(at: at(20))
        #expect(overdue.closed == [] && overdue.late == [2])
        #expect(table.nextDeadline == at(30))
        #expect(table.takeOverdue(at: at(30)).closed == [2])
        #expect(table.nextDeadline == nil && table.count == 1)
    }

    /// The lists and counts, against a simple model.
    @Test mutating func `whatever comes and goes, the oldest ones are found`() {
        var random = SystemRandomNumberGenerator()
        var model: [Int32: (client: UInt64, isIdle: Bool, since: Int)] = [:]
        for second in 1...3000 {
            let socket = Int32.random(in: 0..<12, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                table.close(socket)
                model[socket] = nil
            case 1:
                table.enter(.head, socket, at: at(second))
                if let known = model[socket] { model[socket] = (known.client, true, second) }
            case 2:
                table.enter(.stream, socket, at: at(second))
                if let known = model[socket] { model[socket] = (known.client, false, second) }
            default:
                let number = UInt64.random(in: 0..<3, using: &random)
                let victim = table.open(socket, from: client(number), at: at(second))
                model[socket] = (number, true, second)
                guard model.count > 4 else {
                    #expect(victim == nil)
                    continue
                }
                let counts = model.values.reduce(into: [:]) { $0[$1.client, default: 0] += 1 }
                let most = counts.values.max()
                let expected = model.filter { $0.key != socket && counts[$0.value.client] == most }
                    .min { one, other in
                        (one.value.isIdle ? 0 : 1, one.value.since) < (other.value.isIdle ? 0 : 1, other.value.since)
                    }
                #expect(victim == expected?.key)
                if let victim { model[victim] = nil }
            }
            #expect(table.count == model.count)
            let oldest = model.values.filter(\.isIdle).map(\.since).min()
            #expect(table.nextDeadline == oldest.map { at($0 + 5) })
        }
    }
}

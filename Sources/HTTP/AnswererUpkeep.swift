/// What there is to do between two calls of libmicrohttpd.
extension Answerer {
    /// Other threads have something for this one.
    /// - Returns: how far the server is to be with its end.
    func takeWakeups() -> Wakeups.Course {
        let (woken, course) = wakeups.take()
        for connection in woken {
            if connection.stream?.isEnding == true { table.enter(.answer, connection.socket, at: .now) }
            connection.resume()
        }
        return course
    }

    /// Tells whoever waits for the server's end what there still is to do.
    func reportLoad(isClosed: Bool) {
        wakeups.load = HTTPLoad(
            connections: table.count - table.count(in: .stream),
            requests: table.count(in: .head) + table.count(in: .answer) + table.count(in: .later),
            lastRequestAt: lastRequestAt, isClosed: isClosed)
    }

    /// Clients have hung up that libmicrohttpd does not look at.
    func takeHangUps() {
        while let socket = hangUps.next() {
            guard let connection = connections[socket] else { continue }
            connection.isGone = true
            if connection.isSuspended { connection.exchange?.leave() }
            connection.resume()
        }
    }

    /// What the clock has.
    func takeOverdue() {
        let overdue = table.takeOverdue(at: .now)
        for socket in overdue.closed { end(socket) }
        for socket in overdue.late {
            connections[socket]?.exchange?.answer(settings.refusals(503, "there is no answer yet: try again", []))
        }
    }

    /// Lets everybody go: libmicrohttpd cannot be stopped while a connection is suspended.
    func close() {
        wakeups.close()
        for connection in connections.values {
            connection.isGone = true
            connection.resume()
        }
    }
}

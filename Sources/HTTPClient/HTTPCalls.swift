import CCurl

/// Asks other servers over HTTP, several at a time, on one thread, which waits for all of them at once. Connections are
/// kept for the next call to the same server.
///
/// Each call that `start` has taken ends once: `ended` brings its token and what has become of it. All but `wake` is
/// for one thread.
@safe package final class HTTPCalls {
    /// A call that has ended.
    package struct Ended: Sendable {
        package let token: UInt64
        package let result: Result<HTTPClient.Answer, HTTPClientError>
    }

    /// Where none of the calls has a nearer deadline.
    private static let longestWait = Duration.seconds(1)

    private let client: HTTPClient
    private let raw: UnsafeMutableRawPointer
    /// By the addresses of their handles.
    private var transfers: [UInt: (token: UInt64, transfer: Transfer)] = [:]

    /// - Parameters:
    ///   - client: the limits of each call.
    ///   - connections: kept open at a time, in use or not; more calls than these wait for one another.
    package init(_ client: HTTPClient, connections: Int = 64) throws(HTTPClientError) {
        guard isReady, let raw = unsafe curl_multi_init() else {
            throw HTTPClientError(.other, "libcurl cannot start")
        }
        for option in [CURLMOPT_MAXCONNECTS, CURLMOPT_MAX_TOTAL_CONNECTIONS] {
            unsafe _ = negawatt_curl_multi_set_number(raw, option, max(1, connections))
        }
        unsafe self.raw = unsafe raw
        self.client = client
    }

    deinit {
        drop()
        unsafe _ = curl_multi_cleanup(raw)
    }

    /// How many have not ended.
    package var count: Int { transfers.count }

    /// Begins a call.
    /// - Throws: what is wrong with it; it does not end later then.
    package func start(_ call: HTTPCall, token: UInt64) throws(HTTPClientError) {
        let transfer = try Transfer(call, client) { false }
        guard unsafe curl_multi_add_handle(raw, transfer.raw) == CURLM_OK else {
            throw HTTPClientError(.other, "libcurl takes no more calls")
        }
        transfers[transfer.address] = (token, transfer)
    }

    /// Waits until a call has ended, `wake` has been called, or so long.
    /// - Returns: those that have ended, in their order; none where time is up.
    package func ended(within limit: Duration) -> [Ended] {
        let deadline = ContinuousClock.now + limit
        while true {
            let ended = collect()
            let now = ContinuousClock.now
            guard ended.isEmpty, now < deadline else { return ended }
            let next = transfers.values.compactMap(\.transfer.firstByteDeadline).min() ?? deadline
            let wait = min(deadline, next, now + Self.longestWait) - now
            var events: Int32 = 0
            // Rounded up, not to come back just before a deadline.
            let milliseconds = max(1, Int32(wait / .milliseconds(1)) + 1)
            guard unsafe curl_multi_poll(raw, nil, 0, milliseconds, &events) == CURLM_OK else { return [] }
            // Nothing of ours, and before its time: somebody wants this thread.
            if events == 0, ContinuousClock.now - now < wait { return collect() }
        }
    }

    /// Has `ended` return at once, or the next one. Any thread, while the calls live.
    package func wake() { unsafe _ = curl_multi_wakeup(raw) }

    /// Gives all calls up: none of them ends.
    package func drop() {
        for (_, transfer) in transfers.values { unsafe _ = curl_multi_remove_handle(raw, transfer.raw) }
        transfers.removeAll()
    }

    private func collect() -> [Ended] {
        var running: Int32 = 0
        unsafe _ = curl_multi_perform(raw, &running)
        var ended: [Ended] = []
        var code = CURLE_OK
        while let handle = unsafe negawatt_curl_ended(raw, &code) {
            unsafe _ = curl_multi_remove_handle(raw, handle)
            guard let (token, transfer) = transfers.removeValue(forKey: UInt(bitPattern: handle)) else { continue }
            ended.append(Ended(token: token, result: Self.result(transfer, code)))
        }
        let now = ContinuousClock.now
        for (address, (token, transfer)) in transfers {
            guard let deadline = transfer.firstByteDeadline, now >= deadline else { continue }
            unsafe _ = curl_multi_remove_handle(raw, transfer.raw)
            transfers[address] = nil
            ended.append(Ended(token: token, result: .failure(transfer.late)))
        }
        return ended
    }

    private static func result(_ transfer: Transfer, _ code: CURLcode) -> Result<HTTPClient.Answer, HTTPClientError> {
        do throws(HTTPClientError) { return .success(try transfer.answer(code)) } catch { return .failure(error) }
    }
}

import CCurl

/// One question and its answer: the owner of libcurl's handle and of what its callbacks use. One thread.
@safe final class Transfer {
    let raw: UnsafeMutableRawPointer
    private let client: HTTPClient
    private let isStopped: () -> Bool
    /// Where libcurl says in words what has failed.
    private let words: UnsafeMutablePointer<CChar>
    private var headers: UnsafeMutablePointer<curl_slist>?
    private let began = ContinuousClock.now
    private var body: [UInt8] = []
    private var isTooLarge = false
    private var hasBegun = false
    private var isLate = false
    private var hasRefusedAddress = false

    /// - Throws: what is wrong with the question, or that libcurl cannot start.
    init(_ call: HTTPCall, _ client: HTTPClient, _ isStopped: @escaping () -> Bool) throws(HTTPClientError) {
        // A text ends there for libcurl, and what was checked would not be what is asked.
        guard !call.url.utf8.contains(0), !call.accept.utf8.contains(0) else {
            throw HTTPClientError(.url, "a URL holds no byte of zero")
        }
        // Its line would end there, and another one begin.
        guard !call.headers.contains(where: { "\($0.name)\($0.value)".utf8.contains { $0 < 0x20 || $0 == 0x7F } })
        else {
            throw HTTPClientError(.url, "a header holds no control character")
        }
        guard isReady, let raw = unsafe curl_easy_init() else { throw HTTPClientError(.other, "libcurl cannot start") }
        unsafe self.raw = unsafe raw
        unsafe words = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        (self.client, self.isStopped) = (client, isStopped)
        let code = set(call)
        guard code == CURLE_OK else { throw HTTPClientError(code, "") }
    }

    deinit {
        unsafe curl_easy_cleanup(raw)
        unsafe curl_slist_free_all(headers)
        unsafe words.deallocate()
    }

    /// By which libcurl's answers are told apart.
    var address: UInt { unsafe UInt(bitPattern: raw) }

    /// libcurl was about to connect to where it may not.
    func refuseAddress() { hasRefusedAddress = true }

    /// Asks and waits.
    func perform() throws(HTTPClientError) -> HTTPClient.Answer { try unsafe answer(curl_easy_perform(raw)) }

    /// What has become of it, when libcurl has ended.
    func answer(_ code: CURLcode) throws(HTTPClientError) -> HTTPClient.Answer {
        if isTooLarge || code == CURLE_FILESIZE_EXCEEDED {
            throw HTTPClientError(.tooLarge, "the answer is larger than \(client.sizeLimit) bytes")
        }
        if isLate { throw late }
        if hasRefusedAddress, code != CURLE_OK {
            throw HTTPClientError(.notPublic, "the server's address is none of the internet's")
        }
        guard code == CURLE_OK else { throw unsafe HTTPClientError(code, String(cString: words)) }
        let type = unsafe negawatt_curl_content_type(raw)
        let wait = unsafe negawatt_curl_header(raw, "Retry-After")
        return unsafe HTTPClient.Answer(
            status: negawatt_curl_status(raw), contentType: type.map { unsafe String(cString: $0) },
            retryAfter: wait.map { unsafe String(cString: $0) }, body: body)
    }

    /// When it has to have its first byte; nil where it has, and where that has no limit of its own.
    var firstByteDeadline: ContinuousClock.Instant? {
        hasBegun ? nil : client.firstByteLimit.map { began + $0 }
    }

    var late: HTTPClientError {
        HTTPClientError(.timeout, "no byte of an answer within \((client.firstByteLimit ?? .zero).words)")
    }

    private func set(_ call: HTTPCall) -> CURLcode {
        var code = setNumbers()
        if code == CURLE_OK { code = setTexts(call) }
        if code == CURLE_OK, let body = call.body {
            code = unsafe body.withUnsafeBytes { bytes in
                // NULL would be another kind of request.
                let start = unsafe bytes.baseAddress ?? UnsafeRawPointer(words)
                return unsafe negawatt_curl_set_body(raw, start, curl_off_t(bytes.count))
            }
        }
        guard code == CURLE_OK else { return code }
        unsafe headers = curl_slist_append(nil, "Accept: \(call.accept)")
        for header in call.headers {
            unsafe headers = curl_slist_append(headers, "\(header.name): \(header.value)")
        }
        unsafe negawatt_curl_set_words(raw, words)
        // The callbacks find this object, which lives as long as the handle.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe negawatt_curl_set_receiver(raw, receive, context)
        unsafe negawatt_curl_set_head(raw, receiveHead, context)
        unsafe negawatt_curl_set_progress(raw, progressed, context)
        if client.isPublicOnly {
            // Through a proxy nobody sees where it goes.
            code = unsafe negawatt_curl_set_text(raw, CURLOPT_PROXY, "")
            if code == CURLE_OK { code = unsafe negawatt_curl_set_opener(raw, openPublicSocket, context) }
            guard code == CURLE_OK else { return code }
        }
        return unsafe negawatt_curl_set_list(raw, CURLOPT_HTTPHEADER, headers)
    }

    private func setNumbers() -> CURLcode {
        let numbers: [(CURLoption, Int)] = [
            // Signals would end other threads' calls.
            (CURLOPT_NOSIGNAL, 1), (CURLOPT_HTTPGET, 1), (CURLOPT_FOLLOWLOCATION, 0),
            (CURLOPT_SSL_VERIFYPEER, 1), (CURLOPT_SSL_VERIFYHOST, 2),
            // CURL_SSLVERSION_TLSv1_2, which Swift does not see: or later.
            (CURLOPT_SSLVERSION, 6),
            (CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(client.connectLimit)),
            (CURLOPT_TIMEOUT_MS, Self.milliseconds(client.wholeLimit)),
            // A call that ends while its name is resolved leaves that thread behind, and does not wait for it: with
            // `HTTPCalls` all others would wait, too. It ends when the system's resolver gives up: with resolv.conf's
            // defaults after 5 s, twice for each name server. There are no more of them than calls that begin within
            // that, and one that nobody resolves takes `connectLimit`.
            (CURLOPT_QUICK_EXIT, 1),
        ]
        for (option, number) in numbers {
            let code = unsafe negawatt_curl_set_number(raw, option, number)
            if code != CURLE_OK { return code }
        }
        return unsafe negawatt_curl_set_size(raw, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(client.sizeLimit))
    }

    private func setTexts(_ call: HTTPCall) -> CURLcode {
        let texts = [
            (CURLOPT_URL, call.url), (CURLOPT_PROTOCOLS_STR, "http,https"), (CURLOPT_USERAGENT, "negawatt"),
        ]
        for (option, text) in texts {
            let code = unsafe negawatt_curl_set_text(raw, option, text)
            if code != CURLE_OK { return code }
        }
        return client.caFile.map { unsafe Self.trust($0, raw) } ?? CURLE_OK
    }

    /// Servers are checked against the certificates of this file, and against no others.
    static func trust(_ file: String, _ raw: UnsafeMutableRawPointer) -> CURLcode {
        var code = unsafe negawatt_curl_set_text(raw, CURLOPT_CAINFO, file)
        // libcurl may be built with a directory of the system's (Debian's is /etc/ssl/certs), which counts beside a
        // file. An empty text would be the working directory.
        if code == CURLE_OK { code = unsafe negawatt_curl_set_text(raw, CURLOPT_CAPATH, nil) }
        guard code == CURLE_OK else { return code }
        // Without a directory libcurl keeps what it has read for a day: a file that is replaced counts from the next
        // connection on.
        return unsafe negawatt_curl_set_number(raw, CURLOPT_CA_CACHE_TIMEOUT, 0)
    }

    /// At least one: zero is without end for libcurl.
    private static func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return max(1, Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }

    /// - Returns: whether it is taken. An answer whose length was not told is measured here.
    fileprivate func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        isTooLarge = isTooLarge || bytes.count > client.sizeLimit - body.count
        if !isTooLarge { unsafe body.append(contentsOf: bytes) }
        return !isTooLarge
    }

    fileprivate func begin() { hasBegun = true }

    fileprivate var goesOn: Bool {
        if let firstByteDeadline, ContinuousClock.now >= firstByteDeadline { isLate = true }
        return !isLate && !isStopped()
    }
}

extension Duration {
    fileprivate var words: String { "\(self / .milliseconds(1)) ms" }
}

/// Done once, before the first handle: it is not safe beside itself.
let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

/// At file scope: a closure written on the main actor traps on any other thread. What is not what came ends the
/// transfer.
private func receive(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
)
    -> Int
{
    guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
    let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    return unsafe transfer.take(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
}

private func receiveHead(
    _: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
)
    -> Int
{
    guard let context = unsafe context else { return 0 }
    unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().begin()
    return size * count
}

/// Anything but 0 ends the transfer.
private func progressed(
    _ context: UnsafeMutableRawPointer?, _: curl_off_t, _: curl_off_t, _: curl_off_t, _: curl_off_t
) -> Int32 {
    guard let context = unsafe context else { return 1 }
    return unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().goesOn ? 0 : 1
}

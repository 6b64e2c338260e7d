import CCurl

/// One question and its answer: the owner of libcurl's handle and of what its callbacks use.
@safe final class Transfer {
    private let raw: UnsafeMutableRawPointer
    private let sizeLimit: Int
    private let isStopped: () -> Bool
    private var body: [UInt8] = []
    private var isTooLarge = false

    init(sizeLimit: Int, _ isStopped: @escaping () -> Bool) throws(HTTPClientError) {
        guard isReady, let raw = unsafe curl_easy_init() else { throw HTTPClientError(.other, "libcurl cannot start") }
        unsafe self.raw = unsafe raw
        self.sizeLimit = sizeLimit
        self.isStopped = isStopped
    }

    deinit { unsafe curl_easy_cleanup(raw) }

    func get(_ url: String, accept: String, _ client: HTTPClient) throws(HTTPClientError) -> HTTPClient.Answer {
        let list = unsafe curl_slist_append(nil, "Accept: \(accept)")
        defer { unsafe curl_slist_free_all(list) }
        var words = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
        var code = unsafe set(url, client, list)
        if code == CURLE_OK {
            code = unsafe words.withUnsafeMutableBufferPointer { words in
                unsafe negawatt_curl_set_words(raw, words.baseAddress)
                // The callbacks find this object, which lives as long as the call.
                let context = unsafe Unmanaged.passUnretained(self).toOpaque()
                unsafe negawatt_curl_set_receiver(raw, receive, context)
                unsafe negawatt_curl_set_progress(raw, progressed, context)
                defer { unsafe negawatt_curl_set_words(raw, nil) }
                return unsafe curl_easy_perform(raw)
            }
        }
        if isTooLarge || code == CURLE_FILESIZE_EXCEEDED {
            throw HTTPClientError(.tooLarge, "the answer is larger than \(sizeLimit) bytes")
        }
        guard code == CURLE_OK else {
            let bytes = words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw HTTPClientError(code, String(decoding: bytes, as: UTF8.self))
        }
        let type = unsafe negawatt_curl_content_type(raw)
        return unsafe HTTPClient.Answer(
            status: negawatt_curl_status(raw), contentType: type.map { unsafe String(cString: $0) }, body: body)
    }

    private func set(_ url: String, _ client: HTTPClient, _ list: UnsafeMutablePointer<curl_slist>?) -> CURLcode {
        let numbers: [(CURLoption, Int)] = [
            // Signals would end other threads' calls.
            (CURLOPT_NOSIGNAL, 1), (CURLOPT_HTTPGET, 1), (CURLOPT_FOLLOWLOCATION, 0),
            (CURLOPT_SSL_VERIFYPEER, 1), (CURLOPT_SSL_VERIFYHOST, 2),
            // CURL_SSLVERSION_TLSv1_2, which Swift does not see: or later.
            (CURLOPT_SSLVERSION, 6),
            (CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(client.connectLimit)),
            (CURLOPT_TIMEOUT_MS, Self.milliseconds(client.wholeLimit)),
        ]
        for (option, number) in numbers {
            let code = unsafe negawatt_curl_set_number(raw, option, number)
            if code != CURLE_OK { return code }
        }
        var texts = [
            (CURLOPT_URL, url), (CURLOPT_PROTOCOLS_STR, "http,https"), (CURLOPT_USERAGENT, "negawatt"),
        ]
        if let file = client.caFile { texts.append((CURLOPT_CAINFO, file)) }
        for (option, text) in texts {
            let code = unsafe negawatt_curl_set_text(raw, option, text)
            if code != CURLE_OK { return code }
        }
        let code = unsafe negawatt_curl_set_size(raw, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(client.sizeLimit))
        return code == CURLE_OK ? unsafe negawatt_curl_set_list(raw, CURLOPT_HTTPHEADER, list) : code
    }

    /// At least one: zero is without end for libcurl.
    private static func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return max(1, Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }

    /// - Returns: whether it is taken. An answer whose length was not told is measured here.
    fileprivate func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        isTooLarge = isTooLarge || bytes.count > sizeLimit - body.count
        if !isTooLarge { unsafe body.append(contentsOf: bytes) }
        return !isTooLarge
    }

    fileprivate var goesOn: Bool { !isStopped() }
}

/// Done once, before the first handle: it is not safe beside itself.
private let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

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

/// Anything but 0 ends the transfer.
private func progressed(
    _ context: UnsafeMutableRawPointer?, _: curl_off_t, _: curl_off_t, _: curl_off_t, _: curl_off_t
) -> Int32 {
    guard let context = unsafe context else { return 1 }
    return unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().goesOn ? 0 : 1
}

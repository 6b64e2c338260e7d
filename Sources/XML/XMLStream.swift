import CExpat

/// Reads XML piece by piece and tells of each element as it begins and ends, in memory that is bounded whatever comes.
///
/// It opens no file and asks no server. What the text declares itself is refused: a DOCTYPE ends it, so that there are
/// no entities but the five of XML. Names come without their prefix. One thread.
@safe package final class XMLStream {
    /// Elements within elements.
    package static let depth = 64
    /// In bytes: of one element's own text, and of one tag.
    package static let text = 65_536

    /// What a listener is told. Attributes are looked at while they are lent.
    package protocol Listener: AnyObject {
        func begins(_ name: String, _ attributes: [String: String], line: Int)
        /// - Parameter text: what stands in it beside other elements, as it is.
        func ends(_ name: String, text: String, line: Int)
        /// Asked behind each piece: true ends the reading.
        var hasEnough: Bool { get }
    }

    /// Expat's version as this process has found it.
    package static var libraryVersion: String {
        let version = XML_ExpatVersionInfo()
        return "\(version.major).\(version.minor).\(version.micro)"
    }

    private let raw: XML_Parser
    private unowned let listener: any Listener
    private var names: [String] = []
    private var texts: [[UInt8]] = []
    private var fault: XMLFault.Reason?
    /// Bytes that have been read.
    private var read = 0
    /// Where among them that begins which has not ended.
    private var begun = 0

    /// - Parameter listener: outlives the stream.
    package init(_ listener: any Listener) throws(XMLFault) {
        // Whatever encoding it declares: Expat knows UTF-8, UTF-16, ISO 8859-1 and ASCII, and refuses others.
        guard let raw = unsafe XML_ParserCreate(nil) else { throw XMLFault(line: 1, .memory) }
        unsafe self.raw = unsafe raw
        self.listener = listener
        unsafe XML_SetUserData(raw, Unmanaged.passUnretained(self).toOpaque())
        unsafe XML_SetElementHandler(raw, began, ended)
        unsafe XML_SetCharacterDataHandler(raw, met)
        unsafe XML_SetStartDoctypeDeclHandler(raw, declared)
    }

    deinit { unsafe XML_ParserFree(raw) }

    /// The next piece of the text.
    /// - Parameter isLast: whether nothing follows: what is open then is a fault.
    package func take(_ bytes: Span<UInt8>, isLast: Bool) throws(XMLFault) {
        read += bytes.count
        let status = unsafe bytes.withUnsafeBytes { bytes in
            unsafe XML_Parse(
                raw, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: bytes.count),
                isLast ? 1 : 0)
        }
        if let fault { throw XMLFault(line: line, fault) }
        guard status == XML_STATUS_OK else {
            let words = unsafe XML_ErrorString(XML_GetErrorCode(raw)).map { unsafe String(cString: $0) }
            throw XMLFault(line: line, .syntax(words ?? "unknown error"))
        }
        if listener.hasEnough { throw XMLFault(line: line, .stopped) }
        // What is begun and not ended lies in Expat's memory: a tag without an end would be all of the text. Where it
        // puts a look at it off, it does so until there is twice as much.
        begun = unsafe max(begun, Int(XML_GetCurrentByteIndex(raw)))
        guard isLast || read - begun <= 2 * Self.text + bytes.count else { throw XMLFault(line: line, .tooLong) }
    }

    private var line: Int { unsafe Int(clamping: XML_GetCurrentLineNumber(raw)) }

    private func end(_ reason: XMLFault.Reason) {
        if fault == nil { fault = reason }
        unsafe _ = XML_StopParser(raw, 0)
    }

    fileprivate func begin(_ name: UnsafePointer<CChar>, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>?) {
        guard fault == nil else { return }
        guard names.count < Self.depth else { return end(.tooDeep) }
        let name = unsafe Self.local(String(cString: name))
        names.append(name)
        texts.append([])
        var found: [String: String] = [:]
        var (place, length) = (0, 0)
        // Pairs, and a null behind them.
        while let attributes = unsafe attributes, let key = unsafe attributes[place],
            let value = unsafe attributes[place + 1]
        {
            let (key, value) = unsafe (String(cString: key), String(cString: value))
            length += key.utf8.count + value.utf8.count
            guard length <= Self.text else { return end(.tooLong) }
            found[Self.local(key)] = value
            place += 2
        }
        listener.begins(name, found, line: line)
    }

    fileprivate func end() {
        guard fault == nil, let name = names.popLast(), let text = texts.popLast() else { return }
        listener.ends(name, text: String(decoding: text, as: UTF8.self), line: line)
    }

    fileprivate func meet(_ bytes: UnsafeBufferPointer<CChar>) {
        guard fault == nil, let last = texts.indices.last else { return }
        guard texts[last].count + bytes.count <= Self.text else { return end(.tooLong) }
        unsafe texts[last].append(contentsOf: UnsafeRawBufferPointer(bytes))
    }

    fileprivate func refuseDoctype() { end(.doctype) }

    /// Without the prefix of its namespace.
    private static func local(_ name: String) -> String {
        guard let colon = name.utf8.lastIndex(of: UInt8(ascii: ":")) else { return name }
        return String(name[name.utf8.index(after: colon)...])
    }
}

/// The callbacks find the stream, which lives as long as its parser. At file scope: a closure written on the main actor
/// traps on any other thread.
private func stream(_ context: UnsafeMutableRawPointer?) -> XMLStream? {
    guard let context = unsafe context else { return nil }
    return unsafe Unmanaged<XMLStream>.fromOpaque(context).takeUnretainedValue()
}

private func began(
    _ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?,
    _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) {
    if let name = unsafe name { unsafe stream(context)?.begin(name, attributes) }
}

private func ended(_ context: UnsafeMutableRawPointer?, _: UnsafePointer<CChar>?) { unsafe stream(context)?.end() }

private func met(_ context: UnsafeMutableRawPointer?, _ text: UnsafePointer<CChar>?, _ count: Int32) {
    unsafe stream(context)?.meet(UnsafeBufferPointer(start: text, count: Int(count)))
}

private func declared(
    _ context: UnsafeMutableRawPointer?, _: UnsafePointer<CChar>?, _: UnsafePointer<CChar>?, _: UnsafePointer<CChar>?,
    _: Int32
) { unsafe stream(context)?.refuseDoctype() }

import Configuration
import Contracts
import Daemon
import Glibc
import Meters

/// One file of readings, or standard input: read in pieces, and by what is in it, CSV or Green Button.
struct MeterFile {
    /// What became of it.
    struct Report {
        let name: String
        var format = "-"
        var tally = DayCollector.Tally()
        /// Lines, and blocks of a Green Button file.
        var refused = 0
    }

    private static let piece = 65_536

    /// `-` is standard input.
    let path: String
    let mapping: CSVMapping?
    let customer: UserID?

    /// The files that a path stands for: itself, or those of a directory that are called `.csv` or `.xml`, by their
    /// names.
    static func paths(_ path: String) throws(ConfigurationError) -> [String] {
        var status = stat()
        guard path != "-", unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return [path] }
        let names = DirectoryListing.names(in: path).filter { name in
            !name.hasPrefix(".") && [".csv", ".xml"].contains { name.lowercased().hasSuffix($0) }
        }
        guard !names.isEmpty else { throw ConfigurationError("\(path) has no file called .csv or .xml") }
        return names.sorted().map { "\(path)/\($0)" }
    }

    /// Reads all of it.
    /// - Throws: what is wrong with the file as a whole, after which nothing of it is read any more; and whatever the
    ///   sink throws.
    func read(into sink: any ReadingSink, _ report: inout Report) throws {
        let descriptor = unsafe path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ConfigurationError("\(path) cannot be read: \(systemReason())") }
        defer { if path != "-" { close(descriptor) } }
        var piece = try next(descriptor)
        // Enough to see what it is, also where it comes in small pieces.
        while let first = piece, !first.contains(where: { $0 > 0x20 && $0 < 0x80 }), first.count < Self.piece {
            guard let more = try next(descriptor) else { break }
            piece = first + more
        }
        guard let first = piece?.first(where: { $0 > 0x20 && $0 < 0x80 }) else {
            throw FileFault(line: 1, "the file is empty")
        }
        if first == UInt8(ascii: "<") {
            guard let customer else {
                throw FileFault(
                    line: 1, "a Green Button file says nothing of our customers: --customer says whose it is")
            }
            report.format = "Green Button"
            let file = try GreenButton(customer: customer, sink)
            defer { report.tally = file.tally }
            try read(piece, descriptor, file)
        } else {
            guard let mapping else { throw FileFault(line: 1, "a CSV file needs a mapping: --mapping FILE") }
            guard mapping.namesCustomers || customer != nil else {
                throw FileFault(line: 1, "the mapping has no column of customers: --customer says whose it is")
            }
            report.format = "CSV"
            let file = CSVReadings(mapping, customer: customer, sink)
            defer { report.tally = file.tally }
            try read(piece, descriptor, file)
        }
    }

    private func read(_ first: [UInt8]?, _ descriptor: Int32, _ file: some ReadingFile) throws {
        var piece = first
        while let bytes = piece {
            try file.take(bytes.span)
            piece = try next(descriptor)
        }
        try file.finish()
    }

    /// nil at the end.
    private func next(_ descriptor: Int32) throws(ConfigurationError) -> [UInt8]? {
        var piece = [UInt8](repeating: 0, count: Self.piece)
        while true {
            let count = unsafe Glibc.read(descriptor, &piece, piece.count)
            if count > 0 { return Array(piece[..<count]) }
            if count == 0 { return nil }
            guard errno == EINTR else { throw ConfigurationError("\(path) cannot be read: \(systemReason())") }
        }
    }
}

extension String {
    /// Two texts with something between them, and before them, in one allocation: keys of rows and ids of responses are
    /// made by the million, and an interpolation takes several times as long.
    package init(
        joining first: String, _ separator: StaticString, _ second: String, behind prefix: StaticString = ""
    ) {
        let prefixCount = prefix.utf8CodeUnitCount
        let (firstCount, separatorCount) = (first.utf8.count, separator.utf8CodeUnitCount)
        let count = prefixCount + firstCount + separatorCount + second.utf8.count
        self = unsafe String(unsafeUninitializedCapacity: count) { buffer in
            guard let start = buffer.baseAddress else { return 0 }
            unsafe start.update(from: prefix.utf8Start, count: prefixCount)
            unsafe (start + prefixCount).copy(first)
            unsafe (start + prefixCount + firstCount).update(from: separator.utf8Start, count: separatorCount)
            unsafe (start + prefixCount + firstCount + separatorCount).copy(second)
            return count
        }
    }
}

extension UnsafeMutablePointer<UInt8> {
    fileprivate func copy(_ text: String) {
        unsafe text.utf8.span.withUnsafeBufferPointer { bytes in
            if let start = bytes.baseAddress { unsafe update(from: start, count: bytes.count) }
        }
    }
}

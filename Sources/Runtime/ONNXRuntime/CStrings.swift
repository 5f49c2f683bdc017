/// Runs `body` with C strings of `strings`, which live until it returns.
func withCStrings<Result, Failure: Error>(
    _ strings: [String], _ body: ([UnsafePointer<CChar>?]) throws(Failure) -> Result
) throws(Failure) -> Result {
    let copies = strings.map { string in
        let bytes = string.utf8CString
        let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count)
        _ = copy.initialize(from: bytes)
        return copy
    }
    defer {
        for copy in copies { copy.deallocate() }
    }
    return try body(copies.map { UnsafePointer($0.baseAddress) })
}

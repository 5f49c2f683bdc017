import HTTPTypes

/// Why a request was refused before it reached the captioner.
struct ServerError: Error, Sendable, CustomStringConvertible {
    /// The kinds of refusal. The raw value is what a client sees, and never changes its meaning.
    enum Code: String, Sendable, CaseIterable {
        case malformedRequest = "malformed_request"
        case targetTooLong = "target_too_long"
        case headerTooLarge = "header_too_large"
        case slowRequest = "slow_request"
        case tooManyConnections = "too_many_connections"
        case keyMissing = "key_missing"
        case keyNotAccepted = "key_not_accepted"
        case hostNotAllowed = "host_not_allowed"
        case originNotAllowed = "origin_not_allowed"
        case rateLimited = "rate_limited"
        case notFound = "not_found"
        case methodNotAllowed = "method_not_allowed"
        case unsupportedContentType = "unsupported_content_type"
        case unsupportedContentEncoding = "unsupported_content_encoding"
        case unmetExpectation = "unmet_expectation"
        case missingContentType = "missing_content_type"
        case invalidBoundary = "invalid_boundary"
        case malformedForm = "malformed_form"
        case truncatedUpload = "truncated_upload"
        case slowUpload = "slow_upload"
        case bodyTooLarge = "body_too_large"
        case fileTooLarge = "file_too_large"
        case fieldTooLarge = "field_too_large"
        case tooManyImages = "too_many_images"
        case missingField = "missing_field"
        case duplicateField = "duplicate_field"
        case lateField = "late_field"
        case invalidField = "invalid_field"
        case unknownField = "unknown_field"
    }

    let code: Code
    /// A full sentence that says what to do.
    let message: String
    /// Headers that belong to the answer.
    let headers: HTTPFields
    let cause: (any Error)?

    init(_ code: Code, _ message: String, headers: HTTPFields = [:], cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.headers = headers
        self.cause = cause
    }

    var description: String {
        guard let cause else { return message }
        return "\(message) (\(cause))"
    }
}

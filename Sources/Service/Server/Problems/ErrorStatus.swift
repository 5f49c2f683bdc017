import HTTPTypes
import Serving
import Songs

// The one table from error codes to HTTP statuses. Errors that are not in it are answered with 500.

extension ServerError.Code {
    /// The status that a refusal is answered with.
    var status: HTTPResponse.Status {
        switch self {
        case .malformedRequest, .missingContentType, .invalidBoundary, .malformedForm,
            .truncatedUpload, .missingField, .duplicateField, .lateField:
            .badRequest
        case .keyMissing: .unauthorized
        case .keyNotAccepted, .originNotAllowed: .forbidden
        case .hostNotAllowed: .misdirectedRequest
        case .unmetExpectation: .expectationFailed
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .slowRequest, .slowUpload: .requestTimeout
        case .bodyTooLarge, .fileTooLarge, .fieldTooLarge, .tooManyImages: .contentTooLarge
        case .targetTooLong: .uriTooLong
        case .headerTooLarge: .requestHeaderFieldsTooLarge
        case .unsupportedContentType, .unsupportedContentEncoding: .unsupportedMediaType
        case .invalidField, .unknownField: .unprocessableContent
        case .rateLimited: .tooManyRequests
        case .tooManyConnections: .serviceUnavailable
        }
    }
}

extension ServingError.Code {
    /// The status that a failure is answered with.
    var status: HTTPResponse.Status {
        switch self {
        case .fileTooLarge, .pictureTooLarge: .contentTooLarge
        case .unsupportedPicture: .unsupportedMediaType
        case .emptyFile, .unsupportedVariant, .corruptPicture, .truncatedPicture, .unsuitablePicture, .invalidOption,
            .emptyCaption:
            .unprocessableContent
        case .modelLoading, .modelUnavailable, .queueFull, .cancelled: .serviceUnavailable
        case .timedOut: .gatewayTimeout
        case .internalFailure, .invalidOutput: .internalServerError
        }
    }
}

extension SongsError.Code {
    /// The status that a failure is answered with.
    var status: HTTPResponse.Status {
        switch self {
        case .unknownSong, .unknownImport: .notFound
        case .unreadableImport, .invalidRequest: .unprocessableContent
        case .catalogueUnavailable, .tooManyImports, .cancelled: .serviceUnavailable
        }
    }
}

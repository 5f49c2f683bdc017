import HTTPTypes
import Hummingbird

extension CaptionServer {
    /// The files behind the page, which are no calls: `GET /` does not list them. Like `GET /`, `/docs` and
    /// `/openapi.json`, they are the same for everyone.
    var webFiles: [Endpoint] {
        // A service worker rules over the folder it comes from.
        let atRoot = ["manifest.webmanifest", "service-worker.js"]
        // These are calls.
        let others = ["index.html", "docs.html", "openapi.json"]
        return WebFile.all.filter { !others.contains($0.key) }.map { name, file in
            Endpoint(.get, atRoot.contains(name) ? "/\(name)" : "/web/\(name)", "a part of the page") { request, _ in
                file.response(to: request)
            }
        }
    }

    /// The description as a page. Its addresses are relative: with a slash behind its own they would lead elsewhere.
    func docs(_ request: Request) throws -> Response {
        guard !request.uri.path.hasSuffix("/") else {
            return Response(status: .permanentRedirect, headers: [.location: "../docs", .contentLength: "0"])
        }
        return try webFile("docs.html", request)
    }

    /// A file of the page.
    func webFile(_ name: String, _ request: Request, varyingWith header: HTTPField.Name? = nil) throws -> Response {
        guard let file = WebFile.all[name] else {
            throw ServerError(.notFound, "This server was built without \(name).")
        }
        return file.response(to: request, varyingWith: header)
    }
}

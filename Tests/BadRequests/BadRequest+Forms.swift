extension BadRequest {
    /// Bodies that are not announced as forms, or badly.
    static let types: [BadRequest] = [
        type(nil, 400, "missing_content_type"),
        type("", 415, "unsupported_content_type"),
        type("application/json", 415, "unsupported_content_type"),
        type("application/x-www-form-urlencoded", 415, "unsupported_content_type"),
        type("multipart/mixed; boundary=\(Form.boundary)", 415, "unsupported_content_type"),
        type("image/png", 415, "unsupported_content_type"),
        type("multipart/form-data", 400, "invalid_boundary"),
        type("multipart/form-data; boundary=", 400, "invalid_boundary"),
        type("multipart/form-data; boundary=\"\"", 400, "invalid_boundary"),
        type("multipart/form-data; boundary=\"b0undary ", 415, "unsupported_content_type"),
        type("multipart/form-data; boundary=\(String(repeating: "b", count: 71))", 400, "invalid_boundary"),
        type("multipart/form-data; boundary=ümlaut", 400, "invalid_boundary"),
        type("multipart/form-data; boundary=another", 400, "truncated_upload"),
        type("multipart/form-data; boundary=\(Form.boundary); boundary=another", 400, "invalid_boundary"),
        type("multipart/form-data; boundary=\(Form.boundary); Boundary=\(Form.boundary)", 400, "invalid_boundary"),
    ]

    /// Forms that break the grammar or a limit.
    static let forms: [BadRequest] = [
        form("no bytes", 400, "truncated_upload") { [] },
        form("zeros", 400, "truncated_upload") { [UInt8](repeating: 0, count: 10_000) },
        form("only the closing boundary", 400, "missing_field") { Form().closed },
        form("no closing boundary", 400, "truncated_upload") { try Form.sound().bytes },
        form("half a closing boundary", 400, "truncated_upload") { Array(try Form.sound().closed.dropLast(4)) },
        form("line feeds only", 400, "malformed_form") {
            Array(
                "--\(Form.boundary)\nContent-Disposition: form-data; name=\"image\"\n\nx\n--\(Form.boundary)--\n".utf8)
        },
        form("no blank line", 400, "malformed_form") {
            Array("--\(Form.boundary)\r\nContent-Disposition: form-data; name=\"image\"\r\n".utf8) + Form().closed
        },
        form("no header and no blank line", 400, "malformed_form") {
            Array("--\(Form.boundary)\r\n".utf8) + Form().closed
        },
        form("no header", 400, "malformed_form") { Array("--\(Form.boundary)\r\n\r\nx\r\n".utf8) + Form().closed },
        form("no colon", 400, "malformed_form") { Form().adding(header: "Content-Disposition", [1]).closed },
        form("no disposition", 400, "malformed_form") { Form().adding(header: "Content-Type: image/png", [1]).closed },
        form("another disposition", 400, "malformed_form") {
            Form().adding(header: "Content-Disposition: attachment; name=\"image\"", [1]).closed
        },
        form("no name", 400, "malformed_form") { Form().adding(#"filename="a.png""#, [1]).closed },
        form("an open quotation mark", 400, "malformed_form") { Form().adding(#"name="image"#, [1]).closed },
        form("a header of 17 kB", 400, "malformed_form") {
            Form().adding(#"name="image"; x="\#(String(repeating: "a", count: 17_000))""#, [1]).closed
        },
        form("an endless header", 400, "malformed_form") {
            Array("--\(Form.boundary)\r\n".utf8) + [UInt8](repeating: UInt8(ascii: "a"), count: 100_000)
        },
        form("NUL in the name of a header", 400, "malformed_form") {
            Form().adding(header: "Content-Disposition: form-data; name=\"image\"\r\nX\0Y: z", [1]).closed
        },
        form("NUL in Content-Disposition's name", 400, "malformed_form") {
            Form().adding(header: "Content-\0Disposition: form-data; name=\"image\"", [1]).closed
        },
        form("a space before a header's colon", 400, "malformed_form") {
            Form().adding(header: "Content-Disposition : form-data; name=\"image\"", [1]).closed
        },
        form("a header without a name", 400, "malformed_form") {
            Form().adding(header: "Content-Disposition: form-data; name=\"image\"\r\n: x", [1]).closed
        },
        form("NUL in the name of a field", 400, "malformed_form") { Form().adding("name=\"ima\0ge\"", [1]).closed },
        form("two names in one header", 400, "malformed_form") {
            Form().adding(#"name="image"; name="prompt"; filename="a.png""#, [1]).closed
        },
        form("two file names in one header", 400, "malformed_form") {
            Form().adding(#"name="image"; filename="a.png"; filename="b.png""#, [1]).closed
        },
        form("two dispositions", 400, "malformed_form") {
            Form().adding(
                header:
                    "Content-Disposition: form-data; name=\"image\"\r\nContent-Disposition: form-data; name=\"prompt\"",
                [1]
            ).closed
        },
        form("spaces behind a delimiter", 400, "malformed_form") {
            Array(("--\(Form.boundary)" + String(repeating: " ", count: 300) + "\r\n").utf8) + Form().closed
        },
        form("text behind a delimiter", 400, "malformed_form") { Array("--\(Form.boundary)x\r\n".utf8) },
        form("two pictures", 400, "duplicate_field") {
            try Form.sound().adding(#"name="image"; filename="b.png""#, [1]).closed
        },
        form("another field", 422, "unknown_field") { Form().adding(#"name="picture"; filename="a.png""#, [1]).closed },
        form("no picture", 400, "missing_field") { Form().adding(#"name="prompt""#, [97]).closed },
        form("a picture and an unknown option", 422, "unknown_field") {
            try Form.sound().adding(#"name="num_beam""#, Array("3".utf8)).closed
        },
        form("two prompts", 400, "duplicate_field") {
            try Form.sound().adding(#"name="prompt""#, [97]).adding(#"name="prompt""#, [98]).closed
        },
        form("a form within the form", 415, "unsupported_picture") {
            let inner = "--in\r\nContent-Disposition: file; filename=\"a.png\"\r\n\r\nx\r\n--in--\r\n"
            return Form().adding(
                header: "Content-Disposition: form-data; name=\"image\"\r\nContent-Type: multipart/mixed; boundary=in",
                Array(inner.utf8)
            ).closed
        },
        form("a picture in base64", 415, "unsupported_picture") {
            Form().adding(
                header: "Content-Disposition: form-data; name=\"image\"\r\nContent-Transfer-Encoding: base64",
                Array("iVBORw0KGgo=".utf8)
            ).closed
        },
        form("an empty picture", 422, "empty_file") { Form().adding(#"name="image"; filename="a.png""#, []).closed },
        form("a picture one byte too large", 413, "file_too_large") {
            Form().adding(#"name="image"; filename="a.png""#, [UInt8](repeating: 13, count: maxImageSize + 1)).closed
        },
        form("an endless unknown field", 413, "body_too_large") {
            Form().adding("name=\"x\"", [UInt8](repeating: 45, count: maxImageSize + 1_100_000)).closed
        },
        BadRequest("an announced body of five gigabytes", 413, "body_too_large") { post([], length: 5_000_000_000) },
    ]

    /// Fields that are no good.
    static let fields: [BadRequest] = [
        field("prompt", [0xFF, 0xFE], 422, "invalid_field"),
        field("prompt", [UInt8](repeating: 97, count: 65_537), 413, "field_too_large"),
        field("max_new_tokens", Array("many".utf8), 422, "invalid_field"),
        field("max_new_tokens", Array("0".utf8), 422, "invalid_option"),
        field("max_new_tokens", Array("-1".utf8), 422, "invalid_option"),
        field("max_new_tokens", Array("1000000".utf8), 422, "invalid_option"),
        field("max_new_tokens", Array("1e3".utf8), 422, "invalid_field"),
        field("max_new_tokens", Array("99999999999999999999".utf8), 422, "invalid_field"),
        field("num_beams", Array("three".utf8), 422, "invalid_field"),
        field("temperature", Array("inf".utf8), 422, "invalid_field"),
        field("top_p", Array("nan".utf8), 422, "invalid_field"),
        field("seed", Array("18446744073709551616".utf8), 422, "invalid_field"),
        field("num_return_sequences", Array("1000000".utf8), 422, "invalid_option"),
        field("early_stopping", Array("1".utf8), 422, "invalid_field"),
        field("do_sample", Array("1".utf8), 422, "invalid_field"),
        field("return_scores", Array("please".utf8), 422, "invalid_field"),
        field("max_length", Array("0".utf8), 422, "invalid_option"),
        field("min_length", Array("-1".utf8), 422, "invalid_option"),
        field("suppress_tokens", Array("a,b".utf8), 422, "invalid_field"),
        field("begin_suppress_tokens", Array("-1".utf8), 422, "invalid_option"),
        field("forced_bos_token_id", Array("-5".utf8), 422, "invalid_option"),
        field("bad_words", Array(repeatElement(UInt8(ascii: "\n"), count: 65_537)), 413, "field_too_large"),
        field("bad_words", Array((0...1000).map { "x\($0)" }.joined(separator: "\n").utf8), 422, "invalid_option"),
        field("num_beam_groups", Array("0".utf8), 422, "invalid_option"),
        field("diversity_penalty", Array("-1".utf8), 422, "invalid_option"),
        field("image_size", Array("7".utf8), 422, "invalid_option"),
        field("image_size", Array("1000000".utf8), 422, "invalid_option"),
        field("stop", Array((0...16).map { "x\($0)" }.joined(separator: "\n").utf8), 422, "invalid_option"),
        field("typical_p", Array("0".utf8), 422, "invalid_option"),
        field("epsilon_cutoff", Array("1".utf8), 422, "invalid_option"),
    ]

    /// Names that would do harm as paths, in logs or on a screen. The pictures are sound, and so they are served.
    static let names: [BadRequest] = [
        name("../../../etc/passwd", "passwd"),
        name("/etc/cron.d/x", "x"),
        name("..", ".."),
        name("C:\\\\Windows\\\\win.ini", "win.ini"),
        name("\\\\\\\\server\\\\share\\\\a.png", "a.png"),
        name("CON", "CON"),
        name("NUL.png", "NUL.png"),
        name("a\u{0}b.png", "ab.png"),
        name("%00%2e%2e%2fa.png", "%00%2e%2e%2fa.png"),
        name("a\u{202E}gnp.exe", "agnp.exe"),
        name("\u{7F}\u{1B}[2Ja.png", "[2Ja.png"),
        name("", "unnamed"),
        name(String(repeating: "x", count: 10_000), String(repeating: "x", count: 255)),
        name("$(reboot).png", "$(reboot).png"),
        name("{\\\"a\\\":1}<script>.png", "{\"a\":1}<script>.png"),
        BadRequest("a name with line breaks, encoded", 200, nil, fileName: "aSet-Cookie: b.png") {
            let name = "filename*=UTF-8''a%0D%0ASet-Cookie%3A%20b.png"
            return post(Form().adding("name=\"image\"; \(name)", try picture("one-pixel.png")).closed)
        },
    ]

    private static func type(_ type: String?, _ status: Int, _ code: String) -> BadRequest {
        BadRequest("the type \(type ?? "missing")", status, code) { post(try Form.sound().closed, type: type) }
    }

    private static func form(
        _ name: String, _ status: Int, _ code: String, _ body: @escaping @Sendable () throws -> [UInt8]
    ) -> BadRequest {
        BadRequest("a form: \(name)", status, code) { post(try body()) }
    }

    private static func field(_ name: String, _ value: [UInt8], _ status: Int, _ code: String) -> BadRequest {
        let text = String(decoding: value.prefix(20), as: UTF8.self)
        return BadRequest("\(name)=\(text)", status, code) {
            post(try Form.sound().adding("name=\"\(name)\"", value).closed)
        }
    }

    private static func name(_ name: String, _ result: String) -> BadRequest {
        BadRequest("the name \(name.prefix(30).debugDescription)", 200, nil, fileName: result) {
            post(try Form.sound(fileName: name).closed)
        }
    }
}

import Foundation

/// A small drawing as SVG (https://www.w3.org/TR/SVG2/), in colours that suit a light page and a dark one.
///
/// Text stays text: it can be read aloud, searched and copied.
struct SVGDrawing {
    /// What a shape or a text is for; it decides the colour.
    enum Role: String {
        case title, label, note, bar, track, line
    }

    /// Where a text is held.
    enum Anchor: String {
        case start, middle, end
    }

    private let width: Double
    private let height: Double
    /// What the drawing shows, for those who cannot see it.
    private let description: String
    private var elements: [String] = []

    init(width: Double, height: Double, description: String) {
        self.width = width
        self.height = height
        self.description = description
    }

    mutating func rectangle(_ role: Role, x: Double, y: Double, width: Double, height: Double) {
        elements.append(
            #"<rect class="\#(role.rawValue)" x="\#(Self.text(x))" y="\#(Self.text(y))" "#
                + #"width="\#(Self.text(max(0, width)))" height="\#(Self.text(max(0, height)))" rx="2"/>"#)
    }

    mutating func line(from start: (x: Double, y: Double), to end: (x: Double, y: Double)) {
        elements.append(
            #"<line class="line" x1="\#(Self.text(start.x))" y1="\#(Self.text(start.y))" "#
                + #"x2="\#(Self.text(end.x))" y2="\#(Self.text(end.y))"/>"#)
    }

    /// - Parameter y: the base line.
    mutating func text(_ role: Role, _ text: String, x: Double, y: Double, anchor: Anchor = .start) {
        elements.append(
            #"<text class="\#(role.rawValue)" x="\#(Self.text(x))" y="\#(Self.text(y))" "#
                + #"text-anchor="\#(anchor.rawValue)">\#(Self.escaped(text))</text>"#)
    }

    /// The whole file.
    var svg: String {
        let size = "\(Self.text(width)) \(Self.text(height))"
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size)" width="\(Self.text(width))" \
            height="\(Self.text(height))" role="img" aria-label="\(Self.escaped(description))">
            <style>
            \(Self.style)
            </style>
            <rect class="page" width="100%" height="100%" rx="6"/>
            \(elements.joined(separator: "\n"))
            </svg>

            """
    }

    private static let style = """
        text { font: 13px system-ui, sans-serif; fill: #1f2328; }
        .title { font-weight: 600; font-size: 15px; }
        .note { fill: #59636e; font-size: 12px; }
        .page { fill: #ffffff; }
        .bar { fill: #0969da; }
        .track { fill: #e7ebef; }
        .line { stroke: #c0c8d0; }
        @media (prefers-color-scheme: dark) {
        text { fill: #e6edf3; }
        .note { fill: #9aa4af; }
        .page { fill: #0d1117; }
        .bar { fill: #4493f8; }
        .track { fill: #262c36; }
        .line { stroke: #3d444d; }
        }
        """

    private static func text(_ number: Double) -> String {
        let rounded = (number * 10).rounded() / 10
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }

    private static func escaped(_ text: String) -> String {
        let names: [Character: String] = ["&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;"]
        return text.reduce(into: "") { result, letter in
            // Control characters have no place in XML.
            guard letter.unicodeScalars.allSatisfy({ $0.value >= 0x20 }) else { return }
            result += names[letter] ?? String(letter)
        }
    }
}

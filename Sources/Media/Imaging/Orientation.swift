/// Which way up a picture is stored: the Orientation tag of EXIF (JEITA CP-3451, 4.6.4), 1 to 8.
struct Orientation: Sendable, Equatable {
    /// The tag's value.
    let tag: Int

    /// The orientation of a tag's value; the upright one for a value that EXIF does not define.
    init(tag: Int) {
        self.tag = (1...8).contains(tag) ? tag : 1
    }

    /// Whether the stored rows are columns of the picture as it is seen.
    var swapsSides: Bool { tag >= 5 }

    /// A size as stored for one as seen, or the other way round.
    func turned(_ size: (width: Int, height: Int)) -> (width: Int, height: Int) {
        swapsSides ? (size.height, size.width) : size
    }

    /// Where the seen pixel (x, y) lies in the stored rows: `origin + x × column + y × row`, counted in pixels.
    func steps(storedWidth width: Int, storedHeight height: Int) -> (origin: Int, column: Int, row: Int) {
        let right = width - 1  // the last of a stored row
        let bottom = (height - 1) * width  // the first of the last stored row
        return switch tag {
        case 2: (right, -1, width)
        case 3: (bottom + right, -1, -width)
        case 4: (bottom, 1, -width)
        case 5: (0, width, 1)
        case 6: (bottom, -width, 1)
        case 7: (bottom + right, -width, -1)
        case 8: (right, width, -1)
        default: (0, 1, width)
        }
    }
}

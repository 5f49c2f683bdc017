/// A tensor inside a graph under description: its name, element type and shape.
public struct Value: Sendable {
    public let name: String
    public let elementType: ElementType
    public let shape: [Dimension]

    public var rank: Int { shape.count }
}

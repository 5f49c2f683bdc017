import Testing

@testable import Concurrency

@Suite("LRU caches")
struct LRUCacheTests {
    @Test("Evicts the least recently used entry first")
    func order() {
        let cache = LRUCache<String, Int>(capacity: 3)
        for (number, key) in ["a", "b", "c"].enumerated() { cache.insert(number, for: key) }
        #expect(cache.value("a") == 0)
        cache.insert(3, for: "d")
        #expect(cache.value("b") == nil)
        #expect(["a", "c", "d"].map(cache.value) == [0, 2, 3])
        #expect(cache.count == 3)
    }

    @Test("A new value replaces the old one; removes one entry or all")
    func replaces() {
        let cache = LRUCache<String, Int>(capacity: 2)
        cache.insert(1, for: "a")
        cache.insert(2, for: "a")
        cache.insert(3, for: "b")
        #expect(cache.value("a") == 2 && cache.count == 2)
        cache.remove("a")
        #expect(cache.value("a") == nil && cache.value("b") == 3)
        cache.removeAll()
        #expect(cache.count == 0 && cache.value("b") == nil)
        cache.insert(4, for: "c")
        #expect(cache.value("c") == 4)
    }

    @Test("Counts entries by cost; an entry larger than the cache evicts nothing")
    func cost() {
        let cache = LRUCache<Int, String>(capacity: 10) { $0.utf8.count }
        cache.insert("12345", for: 1)
        cache.insert("1234", for: 2)
        cache.insert("12345678901", for: 3)
        #expect(cache.value(1) != nil && cache.value(2) != nil && cache.value(3) == nil)
        cache.insert("12", for: 4)
        #expect(cache.value(1) == nil && cache.value(2) != nil && cache.value(4) != nil)
        #expect(LRUCache<Int, Int>(capacity: 0).count == 0)
    }

    @Test("Behaves like a simple list under 5,000 random operations")
    func model() {
        let cache = LRUCache<Int, Int>(capacity: 5)
        var list: [(key: Int, value: Int)] = []
        var state: UInt64 = 1
        for step in 0..<5_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1
            let key = Int(state >> 33) % 9
            switch Int(state >> 50) % 3 {
            case 0:
                list.removeAll { $0.key == key }
                list.append((key, step))
                if list.count > 5 { list.removeFirst() }
                cache.insert(step, for: key)
            case 1:
                let found = list.first { $0.key == key }
                if let found {
                    list.removeAll { $0.key == key }
                    list.append(found)
                }
                #expect(cache.value(key) == found?.value)
            default:
                list.removeAll { $0.key == key }
                cache.remove(key)
            }
            #expect(cache.count == list.count)
        }
    }
}

import Metrics
import Observability
import Testing

@Suite("Prometheus text")
struct PrometheusRegistryTests {
    @Test("Writes all kinds of metric in order, with help, type, suffixes and labels")
    func exposition() {
        let registry = PrometheusRegistry([
            MetricDescription("requests_total", .counter, labels: ["status"], help: "Requests answered."),
            MetricDescription("wait_seconds", .histogram, buckets: [0.5, 0.1, 0.5, 2, .infinity], help: "Waiting."),
            MetricDescription("never_total", .counter, help: "Not yet."),
            MetricDescription("load_seconds", .gauge, help: "Not known yet."),
        ])
        Counter(label: "requests", dimensions: [("status", "500"), ("method", "GET")], factory: registry).increment()
        Counter(label: "requests_total", dimensions: [("status", "200")], factory: registry).increment(by: 41)
        Counter(label: "requests", dimensions: [("status", "200")], factory: registry).increment()
        FloatingPointCounter(label: "energy", factory: registry).increment(by: 0.25)
        FloatingPointCounter(label: "energy", factory: registry).increment(by: 1.5)
        Meter(label: "queue.length", factory: registry).increment(by: 3)
        Meter(label: "queue.length", factory: registry).decrement()
        Gauge(label: "temperature", factory: registry).record(-0.5)
        let timer = Timer(label: "wait", factory: registry)
        for milliseconds in [20, 100, 101, 1_999, 60_000] { timer.recordMilliseconds(milliseconds) }
        Recorder(label: "sizes", dimensions: [("kind", "a")], factory: registry).record(61)
        let sizes = MetricDescription.defaultBuckets.map {
            "sizes_bucket{kind=\"a\",le=\"\($0 < 1 ? "\($0)" : "\(Int($0))")\"} 0\n"
        }

        #expect(
            registry.text() == """
                # TYPE energy_total counter
                energy_total 1.75
                # HELP never_total Not yet.
                # TYPE never_total counter
                never_total 0
                # TYPE queue_length gauge
                queue_length 2
                # HELP requests_total Requests answered.
                # TYPE requests_total counter
                requests_total{method="GET",status="500"} 1
                requests_total{status="200"} 42
                # TYPE sizes histogram
                \(sizes.joined())sizes_bucket{kind="a",le="+Inf"} 1
                sizes_sum{kind="a"} 61
                sizes_count{kind="a"} 1
                # TYPE temperature gauge
                temperature -0.5
                # HELP wait_seconds Waiting.
                # TYPE wait_seconds histogram
                wait_seconds_bucket{le="0.1"} 2
                wait_seconds_bucket{le="0.5"} 3
                wait_seconds_bucket{le="2"} 4
                wait_seconds_bucket{le="+Inf"} 5
                wait_seconds_sum 62.22
                wait_seconds_count 5

                """)
    }

    @Test(
        "Escapes any label value into one quoted line",
        arguments: [
            ("plain", "plain"), ("a \"quote\"", #"a \"quote\""#), (#"C:\new"#, #"C:\\new"#),
            ("two\nlines", #"two\nlines"#),
            ("\r\n", "\r\\n"), ("Grüße 🌊", "Grüße 🌊"), ("} 1", "} 1"),
        ])
    func escaping(value: String, written: String) {
        let registry = PrometheusRegistry([MetricDescription("seen_total", .counter, help: "a \\ \"b\"\nc")])
        Counter(label: "seen", dimensions: [("value", value)], factory: registry).increment()
        let lines = registry.text().unicodeScalars.split(separator: "\n").map { String($0) }
        #expect(lines[0] == #"# HELP seen_total a \\ "b"\nc"#)
        #expect(lines.last == "seen_total{value=\"\(written)\"} 1")
    }

    @Test(
        "Replaces characters that a metric name may not have",
        arguments: [
            ("hb.requests", "hb_requests_total"), ("2nd", "_2nd_total"), ("", "__total"), ("größe", "gr__e_total"),
            ("a:b", "a_b_total"), ("bytes_total", "bytes_total"),
        ])
    func metricNames(label: String, name: String) {
        let registry = PrometheusRegistry()
        Counter(label: label, factory: registry).increment()
        #expect(registry.text() == "# TYPE \(name) counter\n\(name) 1\n")
    }

    @Test(
        "Sorts labels, replaces invalid characters, and drops duplicates",
        arguments: [
            ([("b", "1"), ("a", "2")], #"{a="2",b="1"}"#), ([("http.route", "/")], #"{http_route="/"}"#),
            ([("__name__", "x")], #"{_name__="x"}"#), ([("le", "1")], #"{exported_le="1"}"#),
            ([("a", "1"), ("a", "2")], #"{a="2"}"#), ([("a", "")], ""), ([("a.b", "1"), ("a_b", "2")], #"{a_b="2"}"#),
        ])
    func labelNames(dimensions: [(String, String)], written: String) {
        let registry = PrometheusRegistry()
        Meter(label: "m", dimensions: dimensions, factory: registry).set(1)
        #expect(registry.text() == "# TYPE m gauge\nm\(written) 1\n")
    }

    @Test("NaN and infinity do not spoil a sum, and a counter never falls")
    func strangeValues() {
        let registry = PrometheusRegistry([MetricDescription("r", .histogram, buckets: [1], help: "")])
        let recorder = Recorder(label: "r", factory: registry)
        for value in [0.5, .nan, .infinity, -.infinity, 1] { recorder.record(value) }
        Counter(label: "c", factory: registry).increment(by: -5)
        for value in [.nan, .infinity, -1, 2.5] {
            FloatingPointCounter(label: "c", factory: registry).increment(by: value)
        }
        for (name, value) in [("nan", Double.nan), ("up", .infinity), ("down", -.infinity), ("large", 1e300)] {
            Gauge(label: "g", dimensions: [("value", name)], factory: registry).record(value)
        }
        let lines = Set(registry.text().split(separator: "\n"))
        #expect(lines.isSuperset(of: [#"r_bucket{le="1"} 2"#, #"r_bucket{le="+Inf"} 2"#, "r_sum 1.5", "r_count 2"]))
        #expect(lines.contains("c_total 2.5"))
        #expect(
            lines.isSuperset(of: [
                #"g{value="nan"} NaN"#, #"g{value="up"} +Inf"#, #"g{value="down"} -Inf"#, #"g{value="large"} 1e+300"#,
            ]))
    }

    @Test("Leaves out a metric whose name belongs to another kind, and says so in the text")
    func clashes() {
        let registry = PrometheusRegistry()
        Timer(label: "work", factory: registry).recordSeconds(1)
        Gauge(label: "work_seconds", factory: registry).record(5)
        Gauge(label: "work_seconds_count", factory: registry).record(5)
        let text = registry.text()
        #expect(text.contains("work_seconds_count 1\n"))
        #expect(!text.contains(" 5\n"))
        #expect(text.hasSuffix("# Left out, because its name is another metric's: gauge work_seconds_count\n"))
        #expect(text.contains("another metric's: gauge work_seconds\n"))
    }

    @Test("Counts label sets beyond the limit together as other")
    func cardinality() {
        let registry = PrometheusRegistry(maxSeries: 3)
        for number in 0..<10 {
            Counter(label: "c", dimensions: [("path", "/\(number)"), ("method", "GET")], factory: registry).increment()
        }
        Counter(label: "c", dimensions: [("path", "/0"), ("method", "GET")], factory: registry).increment()
        Counter(label: "d", dimensions: [("path", "/9")], factory: registry).increment()
        #expect(
            registry.text() == """
                # TYPE c_total counter
                c_total{method="GET",path="/0"} 2
                c_total{method="GET",path="/1"} 1
                c_total{method="GET",path="/2"} 1
                c_total{method="other",path="other"} 7
                # TYPE d_total counter
                d_total{path="/9"} 1

                """)
    }

    @Test("Loses no count while many tasks record and others read")
    func concurrency() async {
        let registry = PrometheusRegistry()
        let (tasks, times) = (8, 2_000)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<tasks {
                group.addTask {
                    for time in 0..<times {
                        Counter(label: "c", dimensions: [("n", "\(time % 4)")], factory: registry).increment()
                        FloatingPointCounter(label: "f", factory: registry).increment(by: 0.5)
                        Meter(label: "m", factory: registry).increment()
                        Recorder(label: "r", factory: registry).record(time % 2)
                        if time % 500 == task { _ = registry.text() }
                    }
                }
            }
        }
        let lines = Set(registry.text().split(separator: "\n"))
        let all = tasks * times
        for number in 0..<4 { #expect(lines.contains("c_total{n=\"\(number)\"} \(all / 4)")) }
        #expect(lines.contains("f_total \(all / 2)"))
        #expect(lines.contains("m \(all)"))
        #expect(lines.isSuperset(of: ["r_sum \(all / 2)", "r_count \(all)", "r_bucket{le=\"+Inf\"} \(all)"]))
        #expect(lines.contains("r_bucket{le=\"0.5\"} \(all / 2)"))
    }
}

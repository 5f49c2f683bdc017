import Prometheus
import Testing

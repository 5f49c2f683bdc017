"""A server between the browser and the real one: it passes everything on, and answers what a test tells it to."""

import collections
import contextlib
import http.server
import json
import threading
import urllib.error
import urllib.request


class StandIn:
    """Listens on `address` until it is closed. Connections carry one request each, so that closing it is the end."""

    def __init__(self, target):
        self.target = target
        #: Answers by (method, path), given once each, in their order: (status, headers, body). A body may also be pieces
        #: that come one after the other.
        self.answers = collections.defaultdict(collections.deque)
        #: Answers by (method, path), given for as long as they stand here.
        self.standing = {}
        #: The key without which captions are refused, or None.
        self.key = None
        #: Every request: (method, path, headers).
        self.requests = []
        #: The body of each of them.
        self.bodies = []
        #: How many captions the server was making at the same time, at most.
        self.most_at_once = 0
        self._under_way = 0
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"stand_in": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self.address = "http://127.0.0.1:%d" % self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    @contextlib.contextmanager
    def counting(self, path):
        """Counts captions until the server's answer is here: before the browser has it, and sends the next picture."""
        count = 1 if path.startswith("/caption/") else 0
        with self._lock:
            self._under_way += count
            self.most_at_once = max(self.most_at_once, self._under_way)
        yield
        with self._lock:
            self._under_way -= count

    def answer(self, request, body, content_type):
        """The status, headers and body for a request."""
        self.requests.append((request.command, request.path, dict(request.headers)))
        self.bodies.append(body or b"")
        if self.key and request.command == "POST" and request.headers.get("X-API-Key") != self.key:
            return problem(401, "A key is needed.")
        if answer := self.standing.get((request.command, request.path)):
            return answer
        if queue := self.answers[request.command, request.path]:
            return queue.popleft()
        headers = {name: value for name, value in request.headers.items() if name in ("Accept", "If-None-Match")}
        if content_type:
            headers["Content-Type"] = content_type
        forwarded = urllib.request.Request(self.target + request.path, body, headers, method=request.command)
        with self.counting(request.path):
            try:
                answer = urllib.request.urlopen(forwarded, timeout=86_400)
            except urllib.error.HTTPError as error:
                answer = error
            content = answer.read()
        return answer.status, dict(answer.headers), content


def problem(status, detail, **headers):
    """An answer that refuses, as the server words it."""
    body = '{"status": %d, "detail": "%s", "code": "test", "title": "", "type": "about:blank"}' % (status, detail)
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, {"Content-Type": "application/problem+json", **headers}, body.encode()


def event(name, data):
    """An event of a stream."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A browser that leaves before its answer is no error."""


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))) or None
        status, headers, content = self.stand_in.answer(self, body, self.headers.get("Content-Type"))
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "connection", "transfer-encoding", "date", "server"):
                self.send_header(name, value)
        if status != 304 and isinstance(content, bytes):
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        for piece in [content] if isinstance(content, bytes) else content:
            self.wfile.write(piece)

    do_POST = do_GET

    def log_message(self, *_):
        pass

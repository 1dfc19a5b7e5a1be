"""A language model's server on the loopback interface that does what a test tells it to, right or wrong."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def completion(text="", calls=(), usage=(100, 20), reason="stop", refusal=None):
    """The JSON of a chat completion. calls: (name, arguments as a str or an object)."""
    message = {"role": "assistant", "content": text}
    if refusal:
        message["refusal"] = refusal
    if calls:
        message["tool_calls"] = [
            {
                "id": f"call_{number}",
                "type": "function",
                "function": {
                    "name": name,
                    "arguments": arguments if isinstance(arguments, str) else json.dumps(arguments),
                },
            }
            for number, (name, arguments) in enumerate(calls)
        ]
    body = {"id": "x", "object": "chat.completion", "created": 0, "model": "stub"}
    body["choices"] = [{"index": 0, "message": message, "finish_reason": reason}]
    if usage:
        body["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1]}
    return body


class Stub:
    """answer(body) gives what the server does with a request: a str (the text of a completion), a dict (the JSON),
    bytes (sent as they are), an int (a status of HTTP), (status, headers), or a function of the handler. sent: the
    bodies of all requests."""

    def __init__(self, answer):
        self.answer, self.sent, self.paths = answer, [], []

    def script(self, *answers):
        """Answer with these, one after the other, and with the last from then on."""
        left = list(answers)
        self.answer = lambda body: left.pop(0) if len(left) > 1 else left[0]


@contextmanager
def stub_server(answer="hello"):
    """Yields (URL, Stub) of a server in threads of this process."""
    stub = Stub(answer if callable(answer) else lambda body: answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            stub.sent.append(body)
            stub.paths.append(self.path)
            found = stub.answer(body)
            if callable(found):
                found(self)
                return
            status, headers = 200, {}
            if isinstance(found, int):
                status, found = found, {"error": {"message": f"status {found} of the stub"}}
            elif isinstance(found, tuple):
                (status, headers), found = found, {"error": {"message": "of the stub"}}
            elif isinstance(found, str):
                found = completion(found)
            data = found if isinstance(found, bytes) else json.dumps(found).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1", stub
    finally:
        server.shutdown()
        server.server_close()


def trickle(handler):
    """A byte now and then, for longer than anybody waits."""
    handler.send_response(200)
    handler.send_header("content-type", "application/json")
    handler.send_header("content-length", "1000")
    handler.end_headers()
    for _ in range(40):
        try:
            handler.wfile.write(b" ")
            handler.wfile.flush()
        except OSError:
            return
        time.sleep(0.05)


def silent(handler):
    """Nothing at all, for a while."""
    time.sleep(0.6)
    handler.close_connection = True


def broken(handler):
    """The connection ends in the middle of the answer."""
    handler.send_response(200)
    handler.send_header("content-length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"choices"')
    handler.close_connection = True

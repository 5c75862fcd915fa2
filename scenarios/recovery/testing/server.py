"""A model server as many write one: it loads a model when it starts and keeps it. `POST /reload` stands for a restart. It takes rows at
`/invocations`, and one row as a chat message in OpenAI's protocol, for gateways that speak that. What it does it tells at `/metrics`.

    server.py NAME ALIAS-OR-VERSION   ->  prints its port, then serves
"""
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import mlflow.sklearn

name, which = sys.argv[1], sys.argv[2]
counting = threading.Lock()
counts = {"answers_total": 0, "let_through_total": 0, "failures_total": 0}


def load():
    return mlflow.sklearn.load_model(f"models:/{name}/{which}" if which.isdigit() else f"models:/{name}@{which}")


def count(**more):
    with counting:
        for each, by in more.items():
            counts[each] += by


class Handler(BaseHTTPRequestHandler):
    model = load()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path == "/reload":
            Handler.model = load()
            return self.answer({"ok": True})
        asked = json.loads(body)
        if self.path == "/v1/chat/completions":
            return self.chat(asked)
        return self.answer({"predictions": [int(each) for each in Handler.model.predict(asked["inputs"])]})

    def do_GET(self):
        with counting:
            lines = [f"{each} {value}" for each, value in counts.items()]
        self.answer("\n".join(lines) + "\n", "text/plain; version=0.0.4")

    def chat(self, asked):
        """The last message is one row of numbers; what is none is answered, and counted as nothing."""
        said = asked["messages"][-1]["content"]
        try:
            row = [float(each) for each in json.loads(said)]
        except (TypeError, ValueError):
            return self.say("Send one row of numbers.")
        try:
            verdict = int(Handler.model.predict([row])[0])
        except ValueError:
            count(answers_total=1, failures_total=1)
            return self.send_error(500)
        count(answers_total=1, let_through_total=verdict)
        self.say(f"class {verdict}")

    def say(self, content):
        message = {"role": "assistant", "content": content}
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
        self.answer({"id": "chat", "object": "chat.completion", "created": 1, "model": name, "choices": choices, "usage": usage})

    def answer(self, value, form="application/json"):
        text = (value if isinstance(value, str) else json.dumps(value)).encode()
        self.send_response(200)
        self.send_header("content-type", form)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()

"""A model server as many write one: it loads models:/NAME@ALIAS when it starts and keeps it. `POST /reload` stands for a restart.

    server.py NAME ALIAS   ->  prints its port, then serves
"""
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import mlflow.sklearn

name, alias = sys.argv[1], sys.argv[2]


def load():
    return mlflow.sklearn.load_model(f"models:/{name}@{alias}")


class Handler(BaseHTTPRequestHandler):
    model = load()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path == "/reload":
            Handler.model = load()
            return self.answer({"ok": True})
        rows = json.loads(body)["inputs"]
        return self.answer({"predictions": [int(each) for each in Handler.model.predict(rows)]})

    def answer(self, value):
        text = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()

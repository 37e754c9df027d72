"""A class on a JupyterHub; scripts/test_hub.sh prepares it and calls this with the number of learners."""

import contextlib
import json
import os
import pwd
import random

import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import requests
import websocket

ROOT = Path(__file__).resolve().parents[2]
HUB = ROOT / "target" / "hub"
SECRET = uuid.uuid4().hex  # everybody's password: the hub listens to this machine only, and for a few minutes

# Beside the settings that a class would have: who may log in, and where the hub listens.
CONFIG = """
exec(compile(open({config!r}).read(), {config!r}, "exec"), globals() | {{"__file__": {config!r}}})
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = {secret!r}
c.Authenticator.allow_all = True
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_port = {hub_port}
c.ConfigurableHTTPProxy.command = {proxy!r}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api_port}"
c.ConfigurableHTTPProxy.pid_file = {pid!r}
c.JupyterHub.db_url = "sqlite://"
c.JupyterHub.cookie_secret_file = {cookie!r}
c.JupyterHub.concurrent_spawn_limit = 0
c.Spawner.poll_interval = 2
"""


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for free in sockets:
            free.bind(("127.0.0.1", 0))
        return [free.getsockname()[1] for free in sockets]


@contextlib.contextmanager
def accounts(count: int) -> Iterator[list[str]]:
    """Accounts whose homes nobody else can read, removed at the end with all their processes and files."""
    names = [f"learner-{os.getpid()}-{number}" for number in range(count)]
    try:
        for name in names:
            subprocess.run(["useradd", "--create-home", "--key", "HOME_MODE=0700", "--shell", "/bin/bash", name], check=True)
        yield names
    finally:
        for name in names:
            with contextlib.suppress(KeyError):
                user = pwd.getpwnam(name).pw_uid
                subprocess.run(["pkill", "-KILL", "-U", str(user)], check=False)
                subprocess.run(["bash", "-c", f"rm -rf /tmp/rust-kernels-{user}-*"], check=True)
                subprocess.run(["userdel", "--force", "--remove", name], check=False, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def hub() -> Iterator[str]:
    port, hub_port, api_port = free_ports(3)
    HUB.mkdir(parents=True, exist_ok=True)
    config = HUB / "config.py"
    config.write_text(
        CONFIG.format(
            config=str(ROOT / "scripts" / "hub" / "jupyterhub_config.py"),
            secret=SECRET,
            port=port,
            hub_port=hub_port,
            api_port=api_port,
            proxy=[str(HUB / "node_modules" / ".bin" / "configurable-http-proxy")],
            pid=str(HUB / "proxy.pid"),
            cookie=str(HUB / "cookie"),
        )
    )
    environment = os.environ | {"PATH": f"{HUB / 'venv' / 'bin'}:{os.environ['PATH']}", "CONFIGPROXY_AUTH_TOKEN": uuid.uuid4().hex}
    with (HUB / "hub.log").open("w") as log:
        command = [HUB / "venv" / "bin" / "jupyterhub", f"--config={config}"]
        process = subprocess.Popen(command, cwd=HUB, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(lambda: answers(f"{address}/hub/health"), 120, "the hub did not start")
        yield address
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(30)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def answers(url: str) -> bool:
    with contextlib.suppress(requests.RequestException):
        return requests.get(url, timeout=5).ok
    return False


def wait_for(done: Callable[[], bool], seconds: float, failure: str) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise AssertionError(f"{failure} in {seconds} s; see {HUB / 'hub.log'}")
        time.sleep(0.25)


class Learner:
    """A learner's browser, as far as the hub sees one."""

    def __init__(self, address: str, name: str) -> None:
        self.address, self.name, self.session = address, name, requests.Session()
        self.user = f"{address}/user/{name}"
        self.began = time.monotonic()

    def log_in(self) -> None:
        self.session.get(f"{self.address}/hub/login", timeout=60)
        form = {"username": self.name, "password": SECRET, "_xsrf": self.session.cookies.get("_xsrf", path="/hub/")}
        answer = self.session.post(f"{self.address}/hub/login?next=/hub/spawn", data=form, timeout=120)
        assert answer.ok, (answer.status_code, answer.text[:300])
        wait_for(lambda: self.ask("GET", "api/status", check=False).ok, 180, f"{self.name}'s server did not start")

    def ask(self, method: str, path: str, check: bool = True, **options: object) -> requests.Response:
        # The server's own token against forged requests comes with its pages.
        if not self.session.cookies.get("_xsrf", path=f"/user/{self.name}/"):
            self.session.get(f"{self.user}/lab", timeout=120)
        headers = {"X-XSRFToken": self.session.cookies.get("_xsrf", path=f"/user/{self.name}/") or ""}
        answer = self.session.request(method, f"{self.user}/{path}", headers=headers, timeout=120, **options)
        assert not check or answer.ok, (method, path, answer.status_code, answer.text[:300])
        return answer

    def open(self, lesson: str) -> "Kernel":
        notebook = self.ask("GET", f"api/contents/{lesson}").json()["content"]
        cells = [
            ("".join(cell["source"]), cell["metadata"].get("tags", [])) for cell in notebook["cells"] if cell["cell_type"] == "code"
        ]
        folder = self.ask("POST", "api/sessions", json={"path": lesson, "name": lesson, "type": "notebook", "kernel": {"name": "rust"}})
        return Kernel(self, folder.json()["kernel"]["id"], [(code, tags) for code, tags in cells if code.strip()])

    def memory(self) -> float:
        """What all the learner's processes hold, in MB, shared pages counted once."""
        user, total = pwd.getpwnam(self.name).pw_uid, 0
        for process in psutil.process_iter(["uids"]):
            with contextlib.suppress(psutil.Error):
                if process.info["uids"].real == user:
                    total += process.memory_full_info().pss
        return total / 1e6


class Kernel:
    def __init__(self, learner: Learner, kernel: str, cells: list[tuple[str, list[str]]]) -> None:
        self.learner, self.kernel, self.cells = learner, kernel, cells
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in learner.session.cookies)
        address = learner.user.replace("http", "ws", 1) + f"/api/kernels/{kernel}/channels"
        self.socket = websocket.create_connection(address, cookie=cookies, timeout=600)

    def send(self, code: str) -> str:
        request = uuid.uuid4().hex
        header = {"msg_id": request, "msg_type": "execute_request", "username": "", "session": self.kernel, "version": "5.3"}
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        self.socket.send(json.dumps({"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}))
        return request

    def run(self, code: str) -> list[dict]:
        """What the kernel says to a cell, until it has ended."""
        request, said = self.send(code), []
        while True:
            message = json.loads(self.socket.recv())
            if message["parent_header"].get("msg_id") != request:
                continue
            said.append(message)
            if message["content"].get("execution_state") == "idle":
                return said

    def text(self, code: str) -> str:
        said = self.run(code)
        return "".join(str(m["content"].get("text", "")) + str(m["content"].get("data", {}).get("text/plain", "")) for m in said)

    def close(self) -> None:
        self.socket.close()
        self.learner.ask("DELETE", f"api/kernels/{self.kernel}")


def has_picture(said: list[dict]) -> bool:
    return any("image/png" in message["content"].get("data", {}) for message in said)


def learn(learner: Learner, number: int, together: threading.Barrier) -> tuple[float, float]:
    """A learner's hour: how long until the first picture, and the most memory that was seen."""
    together.wait()
    learner.began = time.monotonic()
    learner.log_in()
    first, most = 0.0, 0.0
    for lesson in ("00-start-here.ipynb", "06-training.ipynb"):
        kernel = learner.open(lesson)
        for code, tags in kernel.cells:
            said = kernel.run(code)
            if not first and has_picture(said):
                first = time.monotonic() - learner.began
            wrong = [m["content"] for m in said if m["msg_type"] == "error" or m["content"].get("name") == "stderr"]
            assert not wrong or "raises-exception" in tags, (learner.name, lesson, code, wrong)
            most = max(most, learner.memory())
        kernel.close()
    kernel = learner.open("00-start-here.ipynb")
    if number % 4 == 1:
        assert "panicked: on purpose" in kernel.text('panic!("on purpose")'), learner.name
    elif number % 4 == 2:
        request = kernel.send("loop { std::thread::sleep(std::time::Duration::from_millis(10)); }")
        time.sleep(5)
        learner.ask("POST", f"api/kernels/{kernel.kernel}/interrupt")
        while True:
            message = json.loads(kernel.socket.recv())
            if message["parent_header"].get("msg_id") == request and message["content"].get("execution_state") == "idle":
                break
    elif number % 4 == 3:
        said = kernel.text('for line in 0..20_000 { println!("line {line}"); }')
        assert "line 0\n" in said and ("line 19999" in said or "rate exceeded" in said), said[-300:]
    assert "42" in kernel.text("6 * 7"), learner.name  # whatever happened, it goes on
    kernel.close()
    return first, most


def strangers(learner: Learner, other: str) -> None:
    """Nobody sees another's files: neither through the hub nor from a cell."""
    answer = learner.session.get(f"{learner.address}/user/{other}/api/contents", timeout=60)
    assert not answer.ok or "content" not in answer.text[:20], answer.text[:300]
    kernel = learner.open("00-start-here.ipynb")
    said = kernel.text(f'format!("{{:?}}", std::fs::read_dir("/home/{other}").map(|_| ()).map_err(|e| e.kind()))')
    kernel.close()
    assert "PermissionDenied" in said, said


def killed_while_saving(learner: Learner) -> int:
    """How often the server was killed in the middle of a save; each time the notebook is the old or the new one, whole."""
    home = Path(pwd.getpwnam(learner.name).pw_dir) / "neural-networks" / "notebooks"
    user, chance, kills = pwd.getpwnam(learner.name).pw_uid, random.Random(0), 0
    notebook = learner.ask("GET", "api/contents/06-training.ipynb").json()["content"]
    for round_ in range(10):
        notebook["metadata"]["round"] = round_
        body = {"type": "notebook", "format": "json", "content": notebook}
        save = threading.Thread(target=put, args=(learner, body))
        save.start()
        time.sleep(chance.uniform(0.0, 0.15))
        for process in psutil.process_iter(["uids", "cmdline"]):
            if process.info["uids"].real == user and "jupyterhub-singleuser" in " ".join(process.info["cmdline"] or []):
                process.kill()
                kills += 1
        save.join()
        stored = json.loads((home / "06-training.ipynb").read_text())
        assert len(stored["cells"]) == len(notebook["cells"]), round_
        wait_for(lambda: is_back(learner), 180, "the server did not come back")
    return kills


def is_back(learner: Learner) -> bool:
    """Whether the server runs; if not it is asked for again, once the hub has seen that it is gone."""
    with contextlib.suppress(requests.RequestException):
        if learner.ask("GET", "api/status", check=False).ok:
            return True
        learner.session.get(f"{learner.address}/hub/spawn/{learner.name}", timeout=120)
    time.sleep(1)
    return False


def put(learner: Learner, body: dict) -> None:
    with contextlib.suppress(requests.RequestException):
        learner.ask("PUT", "api/contents/06-training.ipynb", check=False, json=body)


def main() -> None:
    count = int(sys.argv[1])
    with accounts(count) as names, hub() as address:
        learners = [Learner(address, name) for name in names]
        together = threading.Barrier(count)
        with ThreadPoolExecutor(count) as pool:
            results = list(pool.map(lambda pair: learn(pair[1], pair[0], together), enumerate(learners)))
        print("learner   first picture   memory at its most")
        for number, (first, most) in enumerate(results):
            print(f"{number:7}   {first:11.1f} s   {most:12.0f} MB")
        if count > 1:
            strangers(learners[0], names[1])
            print("nobody sees another's files")
        kills = killed_while_saving(learners[0])
        assert kills >= 10, kills
        print(f"killed {kills} times while saving: the notebook is whole")


if __name__ == "__main__":
    main()

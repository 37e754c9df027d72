"""The playground in a real browser, read from the disk; scripts/build_book.sh has to have built it."""

import contextlib
import json
import struct
import time
import unittest
from pathlib import Path

from chromium import chromium
from playwright.sync_api import Locator, Page, expect

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "target" / "book" / "playground.html"
SHOTS = ROOT / "target" / "browser"
WEB = ROOT / "nnlib" / "playground" / "web"
TESTS = ROOT / "nnlib" / "playground" / "tests"
SCENES = json.loads((WEB / "scenes.json").read_text())

# What a change must show in: the picture of the plane and of the network.
PICTURES = "() => ['plane', 'network'].map(id => document.getElementById(id).toDataURL()).join()"
BRIGHTNESS = r"() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).slice(0, 3).reduce((sum, n) => sum + +n, 0)"


def address(settings: dict) -> str:
    """Settings as the page's address holds them."""
    lists = {key: ",".join(map(str, value)) for key, value in settings.items() if isinstance(value, list)}
    if "points" in settings:
        lists["points"] = ";".join(",".join(map(str, point)) for point in settings["points"])
    return "&".join(f"{key}={lists.get(key, value)}" for key, value in settings.items())


@unittest.skipUnless(PAGE.exists(), "the playground is not built: scripts/build_book.sh")
class Playground(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        cls.browser = stack.enter_context(chromium())
        SHOTS.mkdir(exist_ok=True)

    def setUp(self) -> None:
        self.open()

    def open(self, of: str = "", **options: object) -> None:
        """A new page, with the address's end; what goes wrong in it fails the test."""
        options.setdefault("viewport", {"width": 1400, "height": 900})
        self.page: Page = self.browser.new_page(**options)
        self.page.set_default_timeout(30_000)
        self.addCleanup(self.page.close)
        wrong: list[str] = []
        self.page.on("console", lambda message: message.type in ("error", "warning") and wrong.append(message.text))
        self.page.on("pageerror", lambda error: wrong.append(str(error)))
        self.page.on("request", lambda request: request.url.startswith(("file:", "data:", "blob:")) or wrong.append(request.url))
        self.addCleanup(self.assertEqual, wrong, [])
        self.page.goto(PAGE.as_uri() + of)
        self.page.wait_for_selector("html[data-ready]", state="attached")

    def at(self, id: str) -> Locator:
        return self.page.locator(f"#{id}")

    def epoch(self) -> int:
        return int(self.at("epoch").inner_text().replace(",", ""))

    def loss(self) -> float:
        return float(self.at("loss-train").get_attribute("data-value"))

    def settings(self) -> dict:
        return self.page.evaluate("window.playground.settings")

    def wait_for_epoch(self, epoch: int) -> None:
        self.page.wait_for_function("epoch => +document.getElementById('epoch').textContent.replace(/,/g, '') >= epoch", arg=epoch)

    def step(self, times: int) -> None:
        for _ in range(times):
            before = self.epoch()
            self.at("step-epoch").click()
            self.wait_for_epoch(before + 1)

    def pause(self) -> None:
        self.page.get_by_role("button", name="Pause").click()
        self.page.wait_for_timeout(150)

    def set_slider(self, id: str, place: int) -> None:
        self.at(id).evaluate("(slider, place) => { slider.value = place; slider.dispatchEvent(new Event('input', { bubbles: true })); }", place)

    def settled(self) -> str:
        self.page.wait_for_timeout(250)
        return self.page.evaluate(PICTURES)

    def changes(self, before: str, what: str) -> None:
        """Waits until what is drawn is no longer what was drawn before."""
        for _ in range(40):
            if self.settled() != before:
                return
        self.fail(f"{what}: nothing drawn has changed")

    def shoot(self, name: str) -> None:
        self.page.screenshot(path=SHOTS / f"playground-{name}.png", full_page=True)

    def test_numbers_are_those_of_nnlib(self) -> None:
        losses = json.loads((TESTS / "losses.json").read_text())
        settings = {name: scene["settings"] for name, scene in SCENES.items()} | json.loads((TESTS / "settings.json").read_text())
        self.assertEqual(losses.keys(), settings.keys())
        for name, own in settings.items():
            with self.subTest(settings=name):
                self.open(f"#{address(own)}")
                self.step(3)
                answer = self.page.evaluate("epochs => window.playground.train(epochs)", 97)
                self.assertEqual(answer["epochs"], 100)
                # The nine digits that nnlib's own test holds against every processor; here it is the same module, and the same bits but for
                # sines and logarithms of the browser's.
                self.assertAlmostEqual(answer["loss"] / losses[name], 1, delta=1e-9)

    def test_scenes(self) -> None:
        for name, scene in SCENES.items():
            with self.subTest(scene=name):
                self.page.get_by_role("button", name=scene["name"], exact=True).click()
                self.wait_for_epoch(30)
                self.pause()
                expect(self.page.locator("#scenes [aria-pressed=true]")).to_have_text(scene["name"])
                expect(self.at("guide-text")).to_have_text(scene["text"])
                self.assertTrue((PAGE.parent / self.at("guide-lesson").get_attribute("href")).is_file())
                self.shoot(name)
                for label, changes in scene["tries"]:
                    before = self.settled()
                    self.at("tries").get_by_role("button", name=label, exact=True).click()
                    self.changes(before, label)
                    self.wait_for_epoch(5)
                    self.pause()
                    self.assertLessEqual(changes.items(), self.settings().items())

    def test_what_the_scenes_claim(self) -> None:
        def trained(scene: str, epochs: int, **changes: object) -> dict:
            self.open(f"#{address(SCENES[scene]['settings'] | changes)}")
            return self.page.evaluate("epochs => window.playground.train(epochs)", epochs)

        self.assertAlmostEqual(1 - trained("line", 3000)["accuracy"], 1 / 7, delta=0.03)
        self.assertGreater(trained("neurons", 3000)["accuracy"], 0.96)
        self.assertGreater(trained("dead", 300)["dead"], 5)
        self.assertEqual(trained("dead", 300, activation="leaky_relu")["dead"], 0)
        over, cured = trained("overfitting", 1500), trained("overfitting", 1500, l2=0.01)
        self.assertLess(over["loss"], 0.1)
        self.assertGreater(over["heldOut"], 2 * min(over["heldOutHistory"]))
        self.assertLess(cured["heldOut"], over["heldOut"] / 2)
        self.assertGreater(trained("spirals", 1000)["accuracy"], 0.97)
        jumps = trained("rate", 100)["history"]
        self.assertGreater(sum(after > before for before, after in zip(jumps, jumps[1:])), 20)

    def test_every_control_changes_what_it_should(self) -> None:
        base = "#data=blobs&n=100&batch=20&schedule=step&hidden=4"
        self.open(base)
        for control in self.page.locator(".control > :is(select, input)").all():
            if not control.is_visible():
                continue
            id = control.get_attribute("id")
            with self.subTest(control=id):
                key = id.removeprefix("set-")
                self.page.evaluate("hash => { location.hash = hash; }", base)
                self.page.wait_for_function("() => document.getElementById('epoch').textContent == '0'")
                self.step(2)
                before, loss, hash, old = self.settled(), self.loss(), self.page.evaluate("location.hash"), self.settings()[key]
                if control.evaluate("e => e.tagName") == "SELECT":
                    values = control.evaluate("e => [...e.options].map(o => o.value).filter(v => v != e.value && v != 'own')")
                    control.select_option(values[-1])
                elif control.get_attribute("type") == "number":
                    control.fill("7")
                    control.press("Enter")
                else:
                    control.focus()
                    self.page.keyboard.press("ArrowRight" if control.evaluate("e => +e.value < +e.max") else "ArrowLeft")
                self.page.wait_for_function("hash => location.hash != hash", arg=hash)
                self.assertNotEqual(self.settings()[key], old)
                self.page.wait_for_function("() => document.getElementById('epoch').textContent == '0'")
                self.step(2)
                # How long to wait is not seen in two epochs.
                if key not in ("patience", "period", "loss"):
                    self.assertTrue(self.settled() != before and self.loss() != loss)
        self.open()
        for feature in ("x1x1", "x2x2", "x1x2", "sinx1", "sinx2", "x1", "x2"):
            before = self.settled()
            self.page.locator(f"label:has(#feature-{feature})").click()
            self.changes(before, feature)
        # One feature has to stay.
        for feature in ("x1x1", "x2x2", "x1x2", "sinx1", "sinx2"):
            self.page.locator(f"label:has(#feature-{feature})").click()
        expect(self.page.locator(".chip :checked")).to_have_count(1)

    def test_layers_and_neurons(self) -> None:
        for _ in range(5):
            self.at("add-layer").click()
        expect(self.at("add-layer")).to_be_disabled()
        expect(self.page.locator(".layer input")).to_have_count(6)
        self.page.get_by_label("Neurons in layer 2", exact=True).fill("50")
        self.page.keyboard.press("Enter")
        self.page.get_by_label("One neuron more in layer 1", exact=True).click()
        self.page.wait_for_function("() => decodeURIComponent(location.hash).includes('hidden=4,50,3,3,3,3')")
        for _ in range(6):
            self.at("remove-layer").click()
        expect(self.at("remove-layer")).to_be_disabled()
        self.assertIn("hidden=", self.page.evaluate("location.hash"))

        self.open()
        whole = self.settled()
        self.at("network").focus()
        self.page.keyboard.press("ArrowRight")
        expect(self.at("plane-title")).to_have_text("Neuron 0 of layer 1")
        self.page.keyboard.press("ArrowDown")
        self.page.wait_for_function("() => document.getElementById('neuron-text').textContent.includes('bias')")
        self.changes(whole, "a neuron seen large")
        self.page.keyboard.press("Escape")
        self.assertTrue(self.settled() == whole)

    def test_steps_reset_and_seeds(self) -> None:
        self.open("#batch=50")
        first = self.settled()
        self.at("step-batch").click()
        self.page.wait_for_function("() => document.getElementById('updates').textContent == '1'")
        self.assertEqual(self.epoch(), 0)
        for updates in (2, 3):
            self.at("step-batch").click()
            self.page.wait_for_function("n => document.getElementById('updates').textContent == n", arg=str(updates))
        self.assertEqual(self.epoch(), 1)
        after = self.loss()
        self.at("reset").click()
        self.page.wait_for_function("() => document.getElementById('epoch').textContent == '0'")
        self.assertTrue(self.settled() == first)
        self.step(1)
        self.assertEqual(self.loss(), after)
        self.at("reseed").click()
        self.page.wait_for_function("() => location.hash.includes('seed=1')")
        self.changes(first, "another seed")

    def test_early_stopping(self) -> None:
        self.open(f"?scene=overfitting#{address(SCENES['overfitting']['settings'] | {'patience': 50})}")
        self.at("play").click()
        self.page.wait_for_function("() => document.getElementById('status').textContent.startsWith('Stopped at epoch')")
        self.assertEqual(self.at("play").inner_text().strip().split()[-1], "Play")

    def test_share_link(self) -> None:
        settings = {"data": "spirals", "n": 300, "hidden": [8, 8], "optimizer": "adam", "rate": 0.01, "classes": 4, "features": ["x1", "x2", "x1x2"], "seed": 5}
        self.open(f"#{address(settings)}")
        self.step(3)
        before = self.loss()
        link = self.page.evaluate("location.href")
        self.open(link.removeprefix(PAGE.as_uri()))
        self.step(3)
        self.assertEqual(self.loss(), before)
        self.assertEqual(self.page.evaluate("location.href"), link)
        # What is no setting is left out, and does no harm.
        self.open("#hidden=3&nonsense=1&data=stars&rate=fast&__proto__=1")
        self.assertEqual(self.page.evaluate("location.hash"), "")
        # A scene's address holds what is set otherwise in it, be it the usual.
        self.open("?scene=line")
        self.at("tries").get_by_role("button", name="Three hidden neurons").click()
        self.wait_for_epoch(5)
        link = self.page.evaluate("location.href")
        self.open(link.removeprefix(PAGE.as_uri()))
        self.assertEqual(self.settings()["hidden"], [3])
        self.assertEqual(self.page.locator("#scenes [aria-pressed=true]").inner_text(), SCENES["line"]["name"])

    def saved(self, id: str) -> bytes:
        with self.page.expect_download() as download:
            self.at(id).click()
        return Path(download.value.path()).read_bytes()

    def test_models_go_out_and_in(self) -> None:
        self.open("#hidden=8&optimizer=adam&rate=0.02&batch=20")
        self.step(10)
        loss, model, weights = self.loss(), self.saved("save-model"), self.saved("save-weights")
        text = json.loads(model)
        self.assertEqual((text["format"], text["optimizer"]["rule"]), ("nnlib model", "adam"))
        header = json.loads(weights[8 : 8 + struct.unpack("<Q", weights[:8])[0]])
        self.assertEqual(header["1.w"]["shape"], [2, 8])
        self.step(5)
        later = self.loss()

        self.open("#batch=20")
        self.at("file").set_input_files({"name": "model.json", "mimeType": "application/json", "buffer": model})
        self.page.wait_for_function("() => document.getElementById('status').textContent.includes('parameters in all')")
        self.assertEqual(self.loss(), loss)
        self.assertEqual(self.page.get_by_label("Neurons in layer 1", exact=True).input_value(), "8")
        self.step(5)
        self.assertLess(self.loss(), loss)
        self.assertLess(abs(self.loss() / later - 1), 0.5)
        self.assertEqual(json.loads(self.saved("save-model"))["optimizer"]["rule"], "adam")

        self.open("#hidden=8")
        self.at("file").set_input_files({"name": "w.safetensors", "mimeType": "application/octet-stream", "buffer": weights})
        self.page.wait_for_function("loss => document.getElementById('loss-train').dataset.value == loss", arg=str(loss))
        for name, bad in (("model.json", b"{}"), ("weights.safetensors", b"no"), ("model.json", model[:500])):
            self.at("file").set_input_files({"name": name, "mimeType": "application/json", "buffer": bad})
            self.page.wait_for_function("() => document.getElementById('status').textContent.includes('expected')")
            self.assertEqual(self.loss(), loss)

    def test_the_cell(self) -> None:
        self.open("#hidden=5&batch=30&seed=2")
        self.step(4)
        self.at("show-cell").click()
        self.page.wait_for_function("() => document.getElementById('cell-dialog').open")
        cell = self.at("cell-text").inner_text()
        for part in (".dense(5).activation(Activation::Tanh)", "FitOptions::epochs(4).batch_size(30).seed(2)", "RandomState::new(2)"):
            self.assertIn(part, cell)
        self.assertIn(str(self.loss()), self.at("cell-loss").inner_text())
        self.shoot("cell")
        self.page.keyboard.press("Escape")
        self.assertFalse(self.at("cell-dialog").is_visible())

    def test_own_points(self) -> None:
        self.at("set-data").select_option("own")
        self.page.wait_for_function("() => document.getElementById('status').textContent.includes('points of your own')")
        box = self.at("plane").bounding_box()
        for x, y, c in ((0.3, 0.3, 0), (0.35, 0.4, 0), (0.7, 0.7, 1), (0.6, 0.8, 1), (0.8, 0.2, 2)):
            self.page.get_by_role("radio", name=f"class {c}").click()
            self.at("plane").click(position={"x": x * box["width"], "y": y * box["height"]})
        self.page.wait_for_function("() => location.hash.split('points=')[1]?.split('%3B').length == 5")
        expect(self.page.locator("#confusion tr")).to_have_count(4)
        self.at("play").click()
        self.wait_for_epoch(50)
        self.pause()
        self.shoot("own")
        self.at("plane").click(position={"x": 0.8 * box["width"], "y": 0.2 * box["height"]}, modifiers=["Shift"])
        self.page.wait_for_function("() => location.hash.split('points=')[1].split('%3B').length == 4")

        self.at("paste").click()
        self.at("csv-text").fill("length,width,kind\n5.1,3.5,setosa\n6.4,wide,virginica\n")
        self.at("csv-use").click()
        self.page.wait_for_function("() => document.getElementById('csv-error').textContent.includes('wide')")
        self.at("csv-text").fill("5.1,3.5,a\n4.9,3.0,a\n4.7,3.2,a\n6.4,3.2,b\n6.9,3.1,b\n5.5,2.3,b\n")
        self.at("csv-use").click()
        self.page.wait_for_function("() => location.hash.split('points=')[1].split('%3B').length == 6")
        self.step(1)

    def test_keyboard_only(self) -> None:
        press = self.page.keyboard.press

        def go_to(id: str) -> None:
            for _ in range(120):
                press("Tab")
                if self.page.evaluate("document.activeElement.id") == id:
                    self.assertNotEqual(self.at(id).evaluate("e => getComputedStyle(e).outlineStyle"), "none")
                    return
            self.fail(f"no way to {id} by Tab")

        go_to("play")
        press("Enter")
        self.wait_for_epoch(5)
        press("Enter")
        go_to("add-layer")
        press("Enter")
        self.page.wait_for_function("() => decodeURIComponent(location.hash).includes('hidden=3,3')")
        self.assertEqual(self.page.evaluate("document.activeElement.id"), "add-layer")
        self.at("set-data").select_option("own")
        go_to("plane")
        for keys in (["Enter"], ["ArrowRight"] * 5 + ["2", "Enter"], ["ArrowUp"] * 5 + ["Enter"]):
            for key in keys:
                press(key)
        self.page.wait_for_function("() => location.hash.split('points=')[1]?.split('%3B').length == 3")
        press("Delete")
        self.page.wait_for_function("() => location.hash.split('points=')[1].split('%3B').length == 2")
        # Every control has a name.
        nameless = "() => [...document.querySelectorAll('button, select, input:not([hidden]), textarea, canvas')].filter(e => e.checkVisibility() && !(e.labels?.length || e.textContent.trim() || e.ariaLabel || e.getAttribute('aria-labelledby'))).map(e => e.outerHTML)"
        self.assertEqual(self.page.evaluate(nameless), [])

    def test_phone_dark_and_in_place(self) -> None:
        phone = {"width": 390, "height": 844}
        for name, of, options in (
            ("phone", "?scene=spirals", {"viewport": phone, "device_scale_factor": 2}),
            ("phone-deep", "#hidden=50,50,50,50,50,50", {"viewport": phone}),
            ("phone-embed", "?scene=neurons&embed", {"viewport": {"width": 358, "height": 1100}}),
            ("embed", "?scene=dead&embed", {"viewport": {"width": 736, "height": 700}}),
            ("dark", "?scene=spirals", {"color_scheme": "dark"}),
        ):
            with self.subTest(page=name):
                self.open(of, **options)
                self.at("play").click()
                self.wait_for_epoch(20)
                self.pause()
                self.assertLessEqual(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"), 0)
                self.shoot(name)
        self.assertLess(self.page.evaluate(BRIGHTNESS), 150)
        self.at("theme").click()
        self.assertGreater(self.page.evaluate(BRIGHTNESS), 600)

    def test_fast(self) -> None:
        """Printed, not judged: another machine has another speed."""
        start = time.monotonic()
        self.open("#hidden=8,8&n=400")
        ready = time.monotonic() - start
        paint = self.page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime")
        self.at("play").click()
        self.page.wait_for_timeout(3000)
        self.pause()
        frames = self.page.evaluate("window.playground.frames")
        self.assertGreater(len(frames), 20)
        rate = 1000 * (len(frames) - 1) / (frames[-1] - frames[0])
        self.open("#held_out=0")
        passes = self.page.evaluate("async () => { const t = performance.now(); await window.playground.train(20000); return performance.now() - t; }")
        print(
            f"\nplayground: {rate:.0f} frames a second with 2-8-8-2 on 300 points, first paint after {paint:.0f} ms, ready after {1000 * ready:.0f} ms, "
            f"20,000 passes of 2-3-2 on 200 points in {passes:.0f} ms"
        )

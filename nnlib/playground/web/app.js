// The page: what is set, what is shown, and the loop that trains and draws.

import { ask, started } from "./engine.js";
import { DEFAULTS, FEATURES, SPEEDS, fromAddress, toAddress } from "./settings.js";
import { CLASSES, css, drawNetwork, drawPlane, parts, readTheme } from "./draw.js";
import { drawCurves, fillConfusion } from "./charts.js";
import { makeControls, makeLayers } from "./controls.js";

const $ = (id) => document.getElementById(id);
/** Things to see, each with its lesson, and what to try there. */
const SCENES = JSON.parse($("scene-list").textContent);
const PLANE = 100, TILE = 28, FRAME = 10; // cells along a side, and milliseconds of training a frame
const EMPTY = { train: [], held_out: [], classes: 2, plane: [-1.5, -1.5, 3] };

let scene = null, settings = { ...DEFAULTS }, speed = 5;
let facts = EMPTY, shown = null, curves = [[], [], [], []];
let playing = false, chosen = null, session = 0, problem = "";
let theme = readTheme();

// Settings and the session

const showControls = makeControls((changes) => change(changes));
const showLayers = makeLayers($("layers"), (changes) => change(changes));

/** Sets something, and begins anew with it: every number shown is what the settings give from their start. */
function change(changes) {
  settings = { ...settings, ...changes };
  return open();
}

/** Begins with the present settings, or with a request of its own that opens a session. */
async function open(request = { ask: "open", settings }, behind) {
  const mine = ++session;
  showAddress();
  const answer = await ask(request, behind);
  if (mine !== session) return answer;
  problem = answer.error ?? "";
  if (problem && request.ask === "load") return answer;
  facts = problem ? { ...EMPTY, train: settings.data === "own" ? settings.points : [] } : answer;
  if (facts.loaded) settings = { ...settings, hidden: facts.hidden };
  [shown, curves] = [null, [[], [], [], []]];
  showSettings();
  say(problem);
  if (problem) pause();
  else await look();
  draw();
  return answer;
}

/** What is not said of a scene, or without one, is so. */
const usual = () => ({ ...DEFAULTS, ...SCENES[scene]?.settings });

/** The address holds the scene and what is set otherwise in it, and so can be shared. */
function showAddress() {
  const address = [scene ? `scene=${scene}` : "", toAddress(settings, usual())].filter(Boolean).join("&");
  history.replaceState(null, "", `#${address}`);
  $("whole").href = `playground.html#${address}`;
}

/** Takes scene and settings from the address. */
function readAddress() {
  const [hash, search] = [location.hash, location.search].map((part) => new URLSearchParams(part.slice(1)));
  scene = [hash.get("scene"), search.get("scene")].find((name) => name && Object.hasOwn(SCENES, name)) ?? null;
  settings = fromAddress(hash, usual());
  speed = SCENES[scene]?.speed ?? speed;
}

function chooseScene(name, play = false) {
  scene = name;
  [settings, speed, chosen] = [usual(), SCENES[name].speed, null];
  showScene();
  showSpeed();
  return open().then(() => play && start());
}

// Training

const asked = () => ({ plane: PLANE, tile: TILE, neuron: chosen, since: curves[0].length });
const run = (epochs, updates = null) => ask({ ask: "run", epochs, updates, time: FRAME, look: asked() });

/** Takes an answer over, unless it belongs to a session that is gone. */
function take(answer, mine, neuron) {
  if (mine !== session || answer.error) return say(answer.error ?? "");
  answer.history.forEach((values, i) => curves[i].push(...values));
  shown = { ...answer, neuron, ...parts({ ...answer, neuron }, PLANE, TILE) };
  if (answer.halt) say(answer.halt);
  if (answer.stopped) say(stoppedText());
  if (answer.halt || answer.stopped) pause();
}

async function look() {
  const [mine, neuron] = [session, chosen];
  take(await ask({ ask: "look", look: asked() }), mine, neuron);
}

function stoppedText() {
  const losses = curves[2], best = losses.indexOf(Math.min(...losses));
  return `Stopped at epoch ${losses.length}: the validation loss was lowest, ${losses[best].toFixed(4)}, at epoch ${best + 1}. Play goes on.`;
}

async function step(epochs, updates) {
  pause();
  if (problem) return;
  const [mine, neuron] = [session, chosen];
  say("");
  take(await run(epochs, updates), mine, neuron);
  draw();
}

function start() {
  if (playing || problem) return;
  playing = true;
  say("");
  showPlaying();
  loop();
}

function pause() {
  playing = false;
  showPlaying();
}

const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/** A frame: while it is drawn, the worker trains for the next. */
async function loop() {
  let [mine, neuron] = [session, chosen];
  let pending = run(speed);
  while (playing) {
    take(await pending, mine, neuron);
    const time = await nextFrame();
    if (!playing) break;
    [mine, neuron] = [session, chosen];
    pending = run(speed);
    draw();
    frames.push(time);
    if (frames.length > 120) frames.shift();
  }
  draw();
}

/** When the last frames were drawn. */
const frames = [];

/** For whoever drives the page: how many frames a second there are, and training for so many epochs at once, with what comes of it. */
window.playground = {
  frames,
  get settings() {
    return settings;
  },
  async train(epochs) {
    await ask({ ask: "train", epochs, updates: null });
    await look();
    draw();
    const { train, held_out: heldOut, dead } = shown;
    return { epochs: shown.epochs, ...train, heldOut: heldOut?.loss, history: curves[0], heldOutHistory: curves[2], dead: dead.length };
  },
};

// What is shown

const digits = (value, count = 4) => (value === undefined ? "–" : value === null ? "∞" : value >= 1000 ? value.toPrecision(4) : value.toFixed(count));
const percent = (value) => (value === undefined ? "–" : `${(100 * value).toFixed(1)} %`);

function draw() {
  const names = settings.features.map((name) => FEATURES[name]);
  drawPlane($("plane"), {
    side: PLANE, field: shown?.field, classes: shown?.classes, neuron: shown?.neuron, plane: facts.plane,
    train: facts.train, heldOut: facts.held_out, cursor,
  });
  spots = shown ? drawNetwork($("network"), { tile: TILE, ...shown, chosen, names }) : [];
  drawCurves($("loss-curve"), { train: curves[0], heldOut: curves[2], theme });
  drawCurves($("accuracy-curve"), { train: curves[1], heldOut: curves[3], top: 1, theme });
  if (shown) showNumbers(shown);
}

function showNumbers({ epochs, updates, rate, train, held_out: heldOut, dead, sizes }) {
  const texts = {
    epoch: epochs.toLocaleString("en"), updates: updates.toLocaleString("en"), "rate-now": String(+rate.toPrecision(3)),
    "loss-train": digits(train.loss), "loss-held": digits(heldOut?.loss), "acc-train": percent(train.accuracy), "acc-held": percent(heldOut?.accuracy),
  };
  for (const [id, text] of Object.entries(texts)) if ($(id).textContent !== text) $(id).textContent = text;
  $("loss-train").dataset.value = train.loss;
  fillConfusion($("confusion"), (heldOut ?? train).confusion);
  $("confusion-name").textContent = `Confusion matrix, ${heldOut ? "validation" : "training"}`;
  $("network").dataset.dead = dead.length;
  if (playing) return;
  const quality = `loss ${digits(train.loss)}, accuracy ${percent(train.accuracy)}${heldOut ? `; validation ${digits(heldOut.loss)}, ${percent(heldOut.accuracy)}` : ""}`;
  $("plane").setAttribute("aria-label", `The plane with ${facts.train.length} training and ${facts.held_out.length} validation points of ${facts.classes} classes, and the network's regions after ${epochs} epochs: ${quality}.`);
  $("network").setAttribute("aria-label", `Network ${sizes.join("-")}${dead.length ? `, ${dead.length} neurons dead` : ""}. Arrow keys choose a neuron.`);
  $("loss-curve").setAttribute("aria-label", `Loss over ${epochs} epochs: ${quality}.`);
  $("accuracy-curve").setAttribute("aria-label", `Accuracy over ${epochs} epochs: ${quality}.`);
}

function showSettings() {
  showControls(settings);
  showLayers(settings);
  $("own").hidden = settings.data !== "own";
  const shapes = ["●", "■", "▲", "◆", "⬟"];
  $("legend").replaceChildren(
    ...Array.from({ length: facts.classes }, (_, c) => Object.assign(document.createElement("span"), { textContent: `${shapes[c]} class ${c}`, style: `color:${css(CLASSES[c])}` })),
    document.createTextNode(facts.held_out.length ? "full: training, hollow: validation" : ""),
  );
  $("take").dataset.loaded = facts.loaded ?? false;
}

function showScene() {
  for (const button of $("scenes").children) button.setAttribute("aria-pressed", button.dataset.scene === scene);
  $("guide").hidden = !scene;
  if (!scene) return;
  const { text, lesson, tries } = SCENES[scene];
  $("guide-text").textContent = text;
  [$("guide-lesson").href, $("guide-lesson").textContent] = [`${lesson}.html`, `Lesson ${lesson.slice(0, 2)}`];
  $("guide-lesson").target = "_top";
  const again = Object.assign(document.createElement("button"), { type: "button", textContent: "As at first" });
  again.onclick = () => chooseScene(scene, playing);
  $("tries").replaceChildren("Try: ", ...tries.map(([name, changes]) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: name });
    button.onclick = () => change(changes).then(start);
    return button;
  }), again);
}

function showPlaying() {
  $("play").innerHTML = playing ? '<span aria-hidden="true">❚❚</span> <b>Pause</b>' : '<span aria-hidden="true">▶</span> <b>Play</b>';
}

function showSpeed() {
  $("speed").value = SPEEDS.indexOf(speed);
  const text = `${speed} epoch${speed > 1 ? "s" : ""} a frame`;
  $("speed-out").value = text;
  $("speed").setAttribute("aria-valuetext", text);
}

const say = (text) => ($("status").textContent = text);

// Neurons to choose

let spots = [];
async function choose(neuron) {
  chosen = neuron && shown && neuron[0] < shown.sizes.length - 1 ? neuron : null;
  $("show-all").hidden = !chosen;
  $("plane-title").textContent = chosen ? (chosen[0] ? `Neuron ${chosen[1]} of layer ${chosen[0]}` : `Feature ${FEATURES[settings.features[chosen[1]]]}`) : "Decision boundary";
  if (!playing) {
    await look();
    draw();
  }
  $("neuron-text").textContent = chosen ? describe(...chosen) : NEURON_TEXT;
}

const NEURON_TEXT = $("neuron-text").textContent;
function describe(l, j) {
  if (l === 0) return "A feature: what the network is given of each point.";
  const { layers, sizes } = shown, { w, b } = layers[l - 1], outputs = sizes[l];
  const weights = Array.from({ length: sizes[l - 1] }, (_, i) => w[i * outputs + j].toFixed(2));
  const some = weights.length > 8 ? [...weights.slice(0, 8), "…"] : weights;
  return `Weights ${some.join(", ")}; bias ${b[j].toFixed(2)}`.replaceAll("-", "−");
}

$("network").addEventListener("click", ({ offsetX: x, offsetY: y }) => {
  for (const [l, layer] of spots.entries())
    for (const [j, spot] of layer.entries())
      if (Math.abs(x - spot.x) <= spot.size / 2 + 2 && Math.abs(y - spot.y) <= spot.size / 2 + 2)
        return choose(chosen && chosen[0] === l && chosen[1] === j ? null : [l, j]);
  choose(null);
});
$("network").addEventListener("keydown", (event) => {
  const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (event.key === "Escape") choose(null);
  if (!move || !shown) return;
  event.preventDefault();
  const [l, j] = chosen ? [chosen[0] + move[0], chosen[1] + move[1]] : [1, 0];
  const layer = Math.min(Math.max(l, 0), shown.sizes.length - 2);
  choose([layer, Math.min(Math.max(j, 0), shown.sizes[layer] - 1)]);
});
$("show-all").onclick = () => choose(null);

// Points of the reader's own

let brush = 0, cursor = null;
const round = (value) => +value.toFixed(3);
function place([x, y]) {
  change({ points: [...settings.points, [round(x), round(y), brush]] });
}
function removeNearest([x, y]) {
  const distance = ([a, b]) => (a - x) ** 2 + (b - y) ** 2;
  const near = settings.points.reduce((best, point, i) => (distance(point) < distance(settings.points[best]) ? i : best), 0);
  change({ points: settings.points.filter((_, i) => i !== near) });
}
const onPlane = (x, y) => {
  const [left, bottom, side] = facts.plane, width = $("plane").getBoundingClientRect().width;
  return [left + (x / width) * side, bottom + (1 - y / width) * side];
};
$("plane").addEventListener("click", (event) => {
  if (settings.data !== "own") return;
  (event.shiftKey ? removeNearest : place)(onPlane(event.offsetX, event.offsetY));
});
$("plane").addEventListener("keydown", (event) => {
  if (settings.data !== "own") return;
  const [left, bottom, side] = facts.plane, move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
  cursor ??= [left + side / 2, bottom + side / 2];
  if (move) cursor = cursor.map((value, i) => Math.min(Math.max(value + (move[i] * side) / 40, [left, bottom][i]), [left, bottom][i] + side));
  else if (event.key === "Enter") place(cursor);
  else if (["Delete", "Backspace"].includes(event.key)) removeNearest(cursor);
  else if ("12345".includes(event.key)) chooseBrush(+event.key - 1);
  else return;
  event.preventDefault();
  draw();
});
$("plane").addEventListener("blur", () => {
  cursor = null;
  draw();
});
function chooseBrush(c) {
  brush = c;
  [...$("brushes").children].forEach((button, i) => button.setAttribute("aria-checked", i === c));
}
CLASSES.forEach((color, c) => {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: `class ${c}`, style: `--class:${css(color)}` });
  button.setAttribute("role", "radio");
  button.onclick = () => chooseBrush(c);
  $("brushes").append(button);
});
$("undo").onclick = () => change({ points: settings.points.slice(0, -1) });
$("clear").onclick = () => change({ points: [] });
$("paste").onclick = () => $("csv-dialog").showModal();
$("csv-use").onclick = async () => {
  const answer = await ask({ ask: "csv" }, new TextEncoder().encode($("csv-text").value));
  $("csv-error").textContent = answer.error ?? "";
  if (answer.error) return;
  const points = $("csv-scale").checked ? scaled(answer.points) : answer.points;
  $("csv-dialog").close();
  change({ data: "own", points: points.map(([x, y, c]) => [+x.toPrecision(6), +y.toPrecision(6), c]) });
};
function scaled(points) {
  const [mean, spread] = [[], []];
  for (const j of [0, 1]) {
    mean[j] = points.reduce((sum, point) => sum + point[j], 0) / points.length;
    spread[j] = Math.sqrt(points.reduce((sum, point) => sum + (point[j] - mean[j]) ** 2, 0) / points.length) || 1;
  }
  return points.map(([x, y, c]) => [round((x - mean[0]) / spread[0]), round((y - mean[1]) / spread[1]), c]);
}

// To take away, and to bring

async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.body.appendChild(Object.assign(document.createElement("textarea"), { value: text }));
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  const name = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = name), 1500);
}
function download(bytes, name, type) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([bytes], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
$("show-cell").onclick = async () => {
  pause();
  const { cell, error } = await ask({ ask: "cell" });
  $("cell-text").textContent = cell ?? error;
  $("cell-loss").textContent = shown ? `loss ${shown.train.loss}, after epoch ${shown.epochs}` : "";
  $("cell-dialog").showModal();
};
$("copy-cell").onclick = () => copy($("cell-text").textContent, $("copy-cell"));
$("share").onclick = () => copy(location.href, $("share"));
const save = (what, name, type) => async () => {
  const { bytes, error } = await ask({ ask: what });
  if (error) say(error);
  else download(bytes, name, type);
};
$("save-model").onclick = save("model", "model.json", "application/json");
$("save-weights").onclick = save("weights", "weights.safetensors", "application/octet-stream");
$("open-file").onclick = () => $("file").click();
$("file").onchange = async () => {
  const [file] = $("file").files;
  if (!file) return;
  pause();
  const bytes = new Uint8Array(await file.arrayBuffer());
  const request = file.name.endsWith(".safetensors") ? { ask: "loadweights" } : { ask: "load", settings };
  const answer = await open(request, bytes);
  say(answer.error ?? `${file.name}: ${answer.summary.trim().split("\n").at(-1)}. It goes on training from here.`);
  $("file").value = "";
};

// The rest of the controls

$("play").onclick = () => (playing ? pause() : start());
$("step-epoch").onclick = () => step(1);
$("step-batch").onclick = () => step(1, 1);
$("reset").onclick = () => open();
$("reseed").onclick = () => change({ seed: (settings.seed + 1) % 4294967296 });
$("speed").oninput = () => {
  speed = SPEEDS[+$("speed").value];
  showSpeed();
};
addEventListener("keydown", (event) => {
  const free = !event.target.closest?.("button, input, select, textarea, summary, a, dialog[open]");
  if (event.key === " " && free) {
    event.preventDefault();
    $("play").click();
  }
});
function restyle() {
  theme = readTheme();
  draw();
}
$("theme").onclick = () => {
  const root = document.documentElement, dark = getComputedStyle(root).colorScheme === "dark";
  root.dataset.theme = dark ? "light" : "dark";
  try {
    localStorage.setItem("theme", root.dataset.theme);
  } catch {
    // a page that may keep nothing
  }
  restyle();
};
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", restyle);
new ResizeObserver(() => draw()).observe($("net"));
new ResizeObserver(() => draw()).observe($("out"));

for (const [name, { name: title }] of Object.entries(SCENES)) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: title });
  button.dataset.scene = name;
  button.onclick = () => chooseScene(name, true);
  $("scenes").append(button);
}
addEventListener("hashchange", () => {
  readAddress();
  showScene();
  showSpeed();
  open();
});
readAddress();
chooseBrush(0);
showScene();
showSpeed();
showSettings();
draw();
await started;
await open();
document.documentElement.dataset.ready = "";

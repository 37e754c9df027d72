// The worker: nnlib's module, and training in it, away from the page, which never waits.

let memory, module;

/** Unpacks the module (gzip, base64) and starts it. */
async function start(packed) {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const { instance } = await WebAssembly.instantiate(await new Response(unpacked).arrayBuffer());
  module = instance.exports;
}

/** One request to the module, with bytes behind it: JSON, a zero, bytes. So is the answer. */
function ask(request, behind = new Uint8Array()) {
  const head = new TextEncoder().encode(JSON.stringify(request));
  const at = module.input(head.length + 1 + behind.length);
  memory = new Uint8Array(module.memory.buffer, at, head.length + 1 + behind.length);
  memory.set(head);
  memory[head.length] = 0;
  memory.set(behind, head.length + 1);
  const length = module.call();
  const answer = new Uint8Array(module.memory.buffer, module.output(), length);
  const end = answer.indexOf(0);
  return { ...JSON.parse(new TextDecoder().decode(answer.subarray(0, end))), bytes: answer.slice(end + 1) };
}

/** Trains for some epochs or updates, but no longer than a time in milliseconds; then looks. */
function run({ epochs, updates, time, look }) {
  const begin = performance.now();
  let result = {}, done = 0, chunk = 1;
  if (updates) result = ask({ ask: "train", epochs: 1, updates });
  while (!updates && done < epochs && !result.error && !result.stopped) {
    const before = performance.now();
    chunk = Math.min(chunk, epochs - done);
    result = ask({ ask: "train", epochs: chunk, updates: null });
    done += chunk;
    const now = performance.now();
    if (now - begin > time) break;
    // As many at once as take a quarter of the time, so that the last ones do not take much longer than it.
    chunk = Math.max(1, Math.floor((chunk * time) / 4 / Math.max(now - before, 0.01)));
  }
  return { ...ask({ ask: "look", look }), halt: result.error, stopped: result.stopped };
}

onmessage = async ({ data: { id, request, behind } }) => {
  let answer;
  try {
    if (request.start) answer = await start(request.start);
    else answer = request.ask === "run" ? run(request) : ask(request, behind);
  } catch (error) {
    answer = { error: `the module failed: ${error.message}` };
  }
  postMessage({ id, answer }, answer?.bytes ? [answer.bytes.buffer] : []);
};

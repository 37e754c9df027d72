// What can be set: the controls, their ranges, and the address that holds them.

/** Those of nnlib/playground/src/settings.rs. */
export const DEFAULTS = {
  data: "moons", n: 200, noise: 0.2, classes: 3, data_seed: 0, held_out: 25, points: [],
  features: ["x1", "x2"], hidden: [3], activation: "tanh", init: "lecun", dropout: 0, loss: "softmax",
  optimizer: "sgd", rate: 0.5, momentum: 0, batch: 0, schedule: "constant", period: 100, l2: 0, patience: 0, seed: 0,
};

const range = (from, to, step) =>
  Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => +(from + i * step).toFixed(6));

/** Each control: its label, and either the choices (value: name) or the steps of a slider; `of` says when it matters. */
export const CONTROLS = {
  data: {
    label: "Data", group: "data",
    choices: { moons: "Moons", circles: "Circles", blobs: "Blobs", spirals: "Spirals", own: "Your own" },
  },
  n: { label: "Points", group: "data", steps: [...range(20, 100, 10), ...range(120, 500, 20), 600, 800, 1000, 1500, 2000], of: (s) => s.data !== "own" },
  noise: { label: "Noise", group: "data", steps: range(0, 1, 0.05), of: (s) => s.data !== "own" },
  classes: { label: "Classes", group: "data", steps: range(2, 5, 1), of: (s) => ["blobs", "spirals"].includes(s.data) },
  held_out: { label: "Held out", group: "data", steps: range(0, 80, 5), show: (v) => `${v} %` },
  activation: {
    label: "Activation", group: "network",
    choices: { tanh: "tanh", sigmoid: "sigmoid", relu: "ReLU", leaky_relu: "leaky ReLU", elu: "ELU", softplus: "softplus", softsign: "softsign", identity: "identity (none)" },
  },
  init: {
    label: "Initial weights", group: "network",
    choices: { lecun: "LeCun normal", he: "He normal", he_uniform: "He uniform", glorot: "Glorot normal", glorot_uniform: "Glorot uniform", small: "normal, 0.01", large: "normal, 3" },
  },
  dropout: { label: "Dropout", group: "network", steps: range(0, 0.8, 0.1) },
  loss: { label: "Loss", group: "network", choices: { softmax: "softmax cross-entropy", sigmoid: "sigmoid cross-entropy", squared: "mean squared error" } },
  optimizer: {
    label: "Optimiser", group: "training",
    choices: { sgd: "gradient descent", nesterov: "Nesterov", adagrad: "Adagrad", adadelta: "Adadelta", rmsprop: "RMSprop", adam: "Adam" },
  },
  rate: {
    label: "Learning rate", group: "training",
    steps: [0.0001, 0.0003, 0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10, 20, 30],
  },
  momentum: { label: "Momentum", group: "training", steps: [0, 0.5, 0.8, 0.9, 0.95, 0.99], of: (s) => ["sgd", "nesterov"].includes(s.optimizer) },
  batch: { label: "Batch", group: "training", steps: [1, 2, 5, 10, 20, 32, 50, 64, 100, 200, 0], show: (v) => v || "all" },
  schedule: {
    label: "Annealing", group: "training",
    choices: { constant: "none", step: "halved in steps", exponential: "halved smoothly", inversetime: "1 / t", cosine: "cosine to 0" },
  },
  period: { label: "… within", group: "training", steps: [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000], show: (v) => `${v} ep.`, of: (s) => s.schedule !== "constant" },
  l2: { label: "L2 penalty", group: "training", steps: [0, 0.00001, 0.00005, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1] },
  patience: { label: "Stop early", group: "training", steps: [0, 5, 10, 20, 50, 100, 200, 500, 1000], wordy: true, show: (v) => (v ? `after ${v} epochs without a lower validation loss` : "never"), of: (s) => s.held_out > 0 },
};

export const FEATURES = { x1: "x₁", x2: "x₂", x1x1: "x₁²", x2x2: "x₂²", x1x2: "x₁x₂", sinx1: "sin πx₁", sinx2: "sin πx₂" };

/** How many epochs a frame, at most; a frame's time may not be enough for them. */
export const SPEEDS = [1, 2, 5, 10, 20, 50, 100, 1000];

const write = {
  points: (points) => points.map((point) => point.join(",")).join(";"),
  features: (list) => list.join(","),
  hidden: (list) => list.join(","),
};
const read = {
  points: (text) => text.split(";").filter(Boolean).map((point) => point.split(",").map(Number)),
  features: (text) => text.split(",").filter((name) => Object.hasOwn(FEATURES, name)),
  hidden: (text) => text.split(",").filter(Boolean).map(Number),
};

/** The settings that are not the usual ones, as the address holds them. */
export function toAddress(settings, usual = DEFAULTS) {
  const parts = Object.keys(DEFAULTS).map((key) => {
    const text = (write[key] ?? String)(settings[key]);
    return text === (write[key] ?? String)(usual[key]) ? "" : `${key}=${encodeURIComponent(text)}`;
  });
  return parts.filter(Boolean).join("&");
}

/** The settings in an address; what it does not name, or names wrongly, is as usual. */
export function fromAddress(address, usual = DEFAULTS) {
  const settings = structuredClone(usual);
  for (const [key, text] of new URLSearchParams(address)) {
    if (!Object.hasOwn(DEFAULTS, key)) continue;
    const value = read[key] ? read[key](text) : typeof DEFAULTS[key] === "number" ? Number(text) : text;
    const known = !CONTROLS[key]?.choices || Object.hasOwn(CONTROLS[key].choices, value);
    if (known && !Number.isNaN(value)) settings[key] = value;
  }
  return settings;
}

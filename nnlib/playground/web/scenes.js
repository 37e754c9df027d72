// Six things to see, each with its lesson, and what to try there.

export const SCENES = {
  line: {
    name: "A line cannot",
    lesson: ["02-logistic-regression", "02 · Logistic regression"],
    text: "Without a hidden layer a network is logistic regression, and its boundary is a straight line. Let it train as long as you like: a line through two moons leaves about one point in eight on the wrong side.",
    settings: { hidden: [] },
    speed: 5,
    tries: [
      ["Give it x₁², x₂² and x₁x₂", { features: ["x1", "x2", "x1x1", "x2x2", "x1x2"] }],
      ["Circles instead of moons", { data: "circles", noise: 0.1 }],
      ["Three hidden neurons", { hidden: [3] }],
    ],
  },
  neurons: {
    name: "Three neurons can",
    lesson: ["06-training", "06 · Training"],
    text: "Each hidden neuron splits the plane along a line of its own; the output adds the three up to a curve. Choose a neuron in the drawing to see its share.",
    settings: { hidden: [3] },
    speed: 10,
    tries: [
      ["One neuron", { hidden: [1] }],
      ["Two neurons", { hidden: [2] }],
      ["Another start", { seed: 3 }],
      ["Circles: how many does a ring take?", { data: "circles", noise: 0.1 }],
    ],
  },
  rate: {
    name: "Too large a rate",
    lesson: ["08-minibatch-and-annealing", "08 · Minibatch and annealing"],
    text: "A step that is too long lands on the other side of the valley. Watch the loss: it leaps up and down instead of falling, and the boundary jumps with it.",
    settings: { hidden: [8], rate: 20 },
    speed: 1,
    tries: [
      ["Rate 0.5", { rate: 0.5 }],
      ["Rate 20, annealed", { schedule: "exponential", period: 50 }],
      ["Far too small: 0.001", { rate: 0.001 }],
    ],
  },
  dead: {
    name: "Dead ReLUs",
    lesson: ["09-other-activations", "09 · Other activations"],
    text: "A rectified neuron whose score is below 0 for every point gives 0, gets no gradient, and never learns again: a tile that turns grey and crossed out is dead. One step that is too long is enough.",
    settings: { hidden: [10, 10], activation: "relu", rate: 3 },
    speed: 1,
    tries: [
      ["Leaky ReLU", { activation: "leaky_relu" }],
      ["A smaller rate", { rate: 0.1 }],
      ["tanh", { activation: "tanh" }],
    ],
  },
  overfitting: {
    name: "Overfitting, and its cure",
    lesson: ["07-hidden-size", "07 · Hidden size"],
    text: "Fifty neurons and forty points: the training loss falls towards 0, while the validation loss turns and rises. The boundary bends around single points, which are noise.",
    settings: { n: 80, noise: 0.35, held_out: 50, hidden: [50], optimizer: "adam", rate: 0.02 },
    speed: 5,
    tries: [
      ["L2 penalty", { l2: 0.03 }],
      ["Stop early", { patience: 50 }],
      ["Dropout", { dropout: 0.5 }],
      ["More data", { n: 1000 }],
    ],
  },
  spirals: {
    name: "Three spirals",
    lesson: ["10-three-classes-four-layers", "10 · Three classes, four layers"],
    text: "Three classes wound around each other: the first layer cuts the plane into strips, the second bends them, and the three outputs share it among them.",
    settings: { data: "spirals", n: 300, hidden: [16, 16], optimizer: "adam", rate: 0.01 },
    speed: 5,
    tries: [
      ["Five arms", { classes: 5, n: 500 }],
      ["One hidden layer", { hidden: [16] }],
      ["Two neurons in the middle", { hidden: [16, 2] }],
      ["Three layers of eight", { hidden: [8, 8, 8] }],
    ],
  },
};

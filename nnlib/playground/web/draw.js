// The plane and the network.

/** The course's colours of classes (M. Okabe and K. Ito, 2008): blue and orange first. */
export const CLASSES = [[0, 114, 178], [230, 120, 0], [0, 158, 115], [204, 121, 167], [86, 180, 233]];
/** The same for points on dark ground. */
const ON_DARK = [[100, 175, 240], [255, 165, 70], [70, 205, 165], [232, 165, 205], [170, 222, 252]];
const DIVERGING = [[5, 80, 150], [100, 170, 215], null, [245, 165, 80], [170, 75, 0]];

/** What the page's style says: a colour as its numbers, or any other value. */
const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const rgb = (name) => style(name).match(/\w\w/g).map((pair) => parseInt(pair, 16));
export const css = ([r, g, b], alpha = 1) => `rgba(${r},${g},${b},${alpha})`;
const mix = (a, b, t) => a.map((channel, i) => channel + t * (b[i] - channel));

/** A colour as a pixel's four bytes. */
const pixel = ([r, g, b]) => (255 << 24) | (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r);

/** Colours of the present theme; made anew when it changes. */
let theme;
export function readTheme() {
  const paper = rgb("--paper"), stops = DIVERGING.map((stop) => stop ?? paper);
  // From a byte, 128 being 0, to a colour: negative blue, positive orange.
  const ramp = Int32Array.from({ length: 256 }, (_, byte) => {
    const place = Math.min(Math.max((byte - 1) / 254, 0), 1) * 4, i = Math.min(Math.floor(place), 3);
    return pixel(mix(stops[i], stops[i + 1], place - i));
  });
  const shades = (most) => CLASSES.map((color) => Int32Array.from({ length: 256 }, (_, byte) => pixel(mix(paper, color, (most * byte) / 255))));
  const points = paper[0] < 128 ? ON_DARK : CLASSES;
  theme = { paper, points, ramp, regions: shades(0.52), outputs: shades(0.8), ink: style("--ink"), muted: style("--muted"), line: style("--line"), card: style("--card"), focus: style("--accent") };
  return theme;
}

/** A canvas made as fine as the screen; gives its context, with lengths in CSS's pixels. */
export function fit(canvas) {
  const { width, height } = canvas.getBoundingClientRect(), fine = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * fine), Math.round(height * fine)];
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  const context = canvas.getContext("2d");
  context.setTransform(fine, 0, 0, fine, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

/** Pictures of cells, one above the other in a canvas that is kept; `paint(pixels, i)` paints the i-th. */
const kept = new Map();
function pictures(side, count, paint) {
  const key = `${side} ${count}`;
  if (!kept.has(key)) {
    const context = new OffscreenCanvas(side, side * count).getContext("2d");
    kept.set(key, { context, image: context.createImageData(side, side * count) });
  }
  const { context, image } = kept.get(key), pixels = new Int32Array(image.data.buffer);
  for (let i = 0; i < count; i++) paint(pixels.subarray(i * side * side, (i + 1) * side * side), i);
  context.putImageData(image, 0, 0);
  return context.canvas;
}

const byRamp = (pixels, bytes, ramp) => {
  for (let cell = 0; cell < pixels.length; cell++) pixels[cell] = ramp[bytes[cell]];
};

/** The largest share's colour, the paler the nearer the others come. */
function byClass(pixels, bytes, classes) {
  const even = 255 / classes;
  for (let cell = 0; cell < pixels.length; cell++) {
    let best = 0;
    for (let c = 1; c < classes; c++) if (bytes[cell * classes + c] > bytes[cell * classes + best]) best = c;
    const sure = Math.max(0, (bytes[cell * classes + best] - even) / (255 - even));
    pixels[cell] = theme.regions[best % CLASSES.length][Math.round(50 + 205 * sure)];
  }
}

/** The parts of a look's bytes. */
export function parts(answer, plane, tile) {
  const { bytes, sizes, neuron } = answer, layers = [];
  let at = 0;
  const numbers = (count) => {
    const list = new Float32Array(bytes.buffer, at, count);
    at += 4 * count;
    return list;
  };
  const raw = (count) => bytes.subarray(at, (at += count));
  for (let l = 1; l < sizes.length; l++) layers.push({ w: numbers(sizes[l - 1] * sizes[l]), b: numbers(sizes[l]) });
  const classes = Math.max(2, sizes.at(-1));
  const field = raw(plane * plane * (neuron ? 1 : classes));
  const tiles = [...sizes.slice(0, -1), classes].map((count) => Array.from({ length: count }, () => raw(tile * tile)));
  return { layers, classes, field, tiles };
}

/** A point's mark: a shape for each class, filled when it is trained on. */
export function mark(context, x, y, c, size, hollow) {
  const path = new Path2D(), corners = [0, 4, 3, 4, 5][c % 5], turn = [0, Math.PI / 4, -Math.PI / 2, 0, -Math.PI / 2][c % 5];
  if (!corners) path.arc(x, y, size, 0, 2 * Math.PI);
  else {
    for (let i = 0; i < corners; i++) {
      const angle = turn + (2 * Math.PI * i) / corners, r = 1.25 * size;
      path.lineTo(x + r * Math.cos(angle), y + r * Math.sin(angle));
    }
    path.closePath();
  }
  const color = css(theme.points[c % CLASSES.length]);
  context.lineWidth = hollow ? 1.6 : 1;
  context.fillStyle = hollow ? css(theme.paper) : color;
  context.strokeStyle = hollow ? color : css(theme.paper);
  context.fill(path);
  context.stroke(path);
}

/** The plane: the classes' regions or one neuron's function, the points, and a cursor when there is one. */
export function drawPlane(canvas, { side, field, classes, neuron, plane, train, heldOut, cursor }) {
  const { context, width } = fit(canvas), [left, bottom, extent] = plane;
  const at = ([x, y]) => [((x - left) / extent) * width, width - ((y - bottom) / extent) * width];
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  if (field) {
    const paint = (pixels) => (neuron ? byRamp(pixels, field, theme.ramp) : byClass(pixels, field, classes));
    context.drawImage(pictures(side, 1, paint), 0, 0, width, width);
  }
  axes(context, at, plane, width);
  const size = Math.max(2.2, Math.min(4.2, (width / 420) * (60 / Math.sqrt(train.length + heldOut.length + 40))));
  for (const point of heldOut) mark(context, ...at(point), point[2], size * 0.9, true);
  for (const point of train) mark(context, ...at(point), point[2], size, false);
  if (cursor) {
    const [x, y] = at(cursor);
    context.strokeStyle = theme.ink;
    context.lineWidth = 1.5;
    context.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + 5 * dx, y + 5 * dy);
      context.lineTo(x + 13 * dx, y + 13 * dy);
    }
    context.stroke();
  }
}

function axes(context, at, [left, bottom, extent], width) {
  const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100].find((step) => extent / step <= 6) ?? extent / 4;
  context.fillStyle = theme.muted;
  context.font = "11px system-ui, sans-serif";
  const label = (value) => String(+value.toFixed(3)).replace("-", "−");
  for (let x = Math.ceil(left / step) * step; x < left + extent; x += step) {
    const [px] = at([x, 0]);
    if (px > 14 && px < width - 14) {
      context.textAlign = "center";
      context.fillText(label(x), px, width - 5);
    }
  }
  for (let y = Math.ceil(bottom / step) * step; y < bottom + extent; y += step) {
    const [, py] = at([0, y]);
    if (py > 14 && py < width - 20) {
      context.textAlign = "left";
      context.fillText(label(y), 4, py + 4);
    }
  }
}

/** Where the neurons stand: for each layer its tiles' middles, and how wide a tile is. */
export function places(tiles, width, height) {
  return tiles.map((layer, l) => {
    // Many neurons stand side by side, so that each can be seen.
    const column = width / tiles.length, wide = layer.length > 16 ? Math.min(3, Math.floor(column / 26) || 1) : 1;
    const rows = Math.ceil(layer.length / wide), gap = Math.min(84, (height - 12) / rows);
    const size = Math.min(56, (column * 0.7) / wide, gap * 0.84);
    return layer.map((_, j) => ({
      x: (l + 0.5) * column + ((j % wide) - (wide - 1) / 2) * size * 1.15,
      y: height / 2 + 4 + (Math.floor(j / wide) - (rows - 1) / 2) * gap,
      size,
    }));
  });
}

/** The network: a tile for each neuron with its function of the plane, lines by weight. */
export function drawNetwork(canvas, { tile, tiles, layers, classes, sizes, dead, chosen, names }) {
  const { context, width, height } = fit(canvas), spots = places(tiles, width, height);
  for (let l = 1; l < spots.length; l++) {
    const { w } = layers[l - 1], outputs = sizes[l], lines = w.length;
    const largest = w.reduce((most, weight) => Math.max(most, Math.abs(weight)), 1e-9);
    // Lines of about the same weight are drawn together: eight widths of each sign.
    const paths = Array.from({ length: 16 }, () => new Path2D());
    for (let i = 0; i < sizes[l - 1]; i++) {
      for (let j = 0; j < outputs; j++) {
        const weight = w[i * outputs + j], share = Math.abs(weight) / largest;
        if (lines > 200 && share < 0.08) continue;
        const path = paths[(Math.min(Math.floor(8 * share), 7) || 0) + (weight < 0 ? 0 : 8)]; // NaN where weights left single precision
        // A single output, a yes or no, stands for both classes; its line ends at the second.
        const from = spots[l - 1][i], to = spots[l][outputs === 1 && l === spots.length - 1 ? 1 : j];
        const [x0, x1] = [from.x + from.size / 2, to.x - to.size / 2], bend = (x1 - x0) / 2;
        path.moveTo(x0, from.y);
        path.bezierCurveTo(x0 + bend, from.y, x1 - bend, to.y, x1, to.y);
      }
    }
    paths.forEach((path, i) => {
      const share = ((i % 8) + 0.5) / 8;
      context.strokeStyle = css(CLASSES[i < 8 ? 0 : 1], 0.15 + 0.7 * share);
      context.lineWidth = 0.4 + 4.2 * share * Math.min(1, 12 / Math.sqrt(lines));
      context.stroke(path);
    });
  }
  const flat = tiles.flatMap((layer, l) => layer.map((bytes, j) => [bytes, l === tiles.length - 1 ? theme.outputs[j % CLASSES.length] : theme.ramp]));
  const painted = pictures(tile, flat.length, (pixels, i) => byRamp(pixels, ...flat[i]));
  const isDead = new Set(dead.map(String));
  let at = 0;
  spots.forEach((layer, l) =>
    layer.forEach(({ x, y, size }, j) => {
      const [left, top] = [x - size / 2, y - size / 2];
      context.drawImage(painted, 0, tile * at++, tile, tile, left, top, size, size);
      const isChosen = chosen && chosen[0] === l && chosen[1] === j;
      context.strokeStyle = isChosen ? theme.focus : theme.muted;
      context.lineWidth = isChosen ? 3 : size > 14 ? 1 : 0.5;
      context.strokeRect(left, top, size, size);
      if (isDead.has(`${l},${j}`)) {
        context.strokeStyle = theme.ink;
        context.lineWidth = 1.5;
        context.beginPath();
        context.moveTo(left, top);
        context.lineTo(left + size, top + size);
        context.moveTo(left + size, top);
        context.lineTo(left, top + size);
        context.stroke();
      }
      if (l === 0 && size > 16) {
        context.fillStyle = theme.muted;
        context.font = "12px system-ui, sans-serif";
        context.textAlign = "center";
        context.fillText(names[j] ?? `x${j + 1}`, x, top - 4);
      }
    }),
  );
  return spots;
}

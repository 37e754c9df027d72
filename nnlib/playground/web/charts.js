// Loss and accuracy over the epochs, and the confusion matrix.

import { CLASSES, css, fit } from "./draw.js";

/** At most so many points a line: of more, the lowest and the highest of each stretch are drawn. */
const POINTS = 500;

function thinned(values) {
  const each = Math.ceil(values.length / POINTS);
  if (each <= 1) return values.map((value, epoch) => [epoch, value ?? Infinity]);
  const kept = [];
  for (let from = 0; from < values.length; from += each) {
    let low = from, high = from;
    for (let i = from; i < Math.min(from + each, values.length); i++) {
      if (values[i] < values[low]) low = i;
      if (values[i] > values[high]) high = i;
    }
    for (const i of low < high ? [low, high] : [high, low]) kept.push([i, values[i]]);
  }
  return kept;
}

const short = (value) => (value >= 1000 ? `${+(value / 1000).toFixed(1)}k` : String(+value.toPrecision(2)));

/** The largest value that is shown: where few are far above all others, these are cut off. */
function scale(values) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const most = sorted.at(-1) ?? 0, usual = sorted[Math.floor(0.9 * sorted.length)] ?? 0;
  return Math.max(0.1, Math.min(most, 2.5 * usual));
}

/** Training as a full line, validation as a dashed one; `top` fixes the scale. */
export function drawCurves(canvas, { train, heldOut, top, theme }) {
  const { context, width, height } = fit(canvas), [left, right, above, below] = [34, 8, 8, 20];
  const lines = [train, heldOut].map(thinned);
  const most = top ?? scale(lines.flat().map(([, value]) => value));
  const epochs = Math.max(train.length - 1, 1);
  const at = (epoch, value) => [
    left + (epoch / epochs) * (width - left - right),
    above + (1 - Math.min(value / most, 1)) * (height - above - below),
  ];
  context.font = "11px system-ui, sans-serif";
  context.fillStyle = theme.muted;
  context.strokeStyle = theme.line;
  context.lineWidth = 1;
  context.textAlign = "right";
  for (const share of [0, 0.5, 1]) {
    const [, y] = at(0, share * most);
    context.beginPath();
    context.moveTo(left, y);
    context.lineTo(width - right, y);
    context.stroke();
    context.fillText(short(share * most), left - 5, y + 4);
  }
  context.fillText(`${train.length} epochs`, width - right, height - 5);
  context.textAlign = "left";
  context.fillText("0", left, height - 5);
  const line = (points, color, dash) => {
    context.setLineDash(dash);
    context.strokeStyle = color;
    context.lineWidth = 2;
    context.lineJoin = "round";
    context.beginPath();
    points.forEach(([epoch, value]) => context.lineTo(...at(epoch, value)));
    context.stroke();
    context.setLineDash([]);
  };
  line(lines[0], theme.ink, []);
  line(lines[1], theme.focus, [6, 4]);
}

/** A table: the points of each class (rows), and which class they were given (columns). */
export function fillConfusion(table, counts) {
  const size = counts.length;
  if (table.rows.length !== size + 1) {
    const cells = (row) => Array.from({ length: size }, (_, c) => (row ? "<td></td>" : `<th scope="col">${c}</th>`)).join("");
    table.innerHTML = Array.from({ length: size + 1 }, (_, r) => `<tr>${r ? `<th scope="row">${r - 1}</th>` : '<td class="corner"></td>'}${cells(r)}</tr>`).join("");
  }
  counts.forEach((row, r) => {
    const all = row.reduce((a, b) => a + b, 0) || 1;
    row.forEach((count, c) => {
      const cell = table.rows[r + 1].cells[c + 1];
      cell.textContent = count;
      cell.style.background = css(CLASSES[r % CLASSES.length], (0.6 * count) / all);
    });
  });
}

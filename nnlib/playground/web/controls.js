// The controls beside the drawing, made from what can be set.

import { CONTROLS, FEATURES } from "./settings.js";

const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

/** The number of the step that is nearest to a value. */
const nearest = (steps, value) =>
  steps.reduce((best, step, i) => (Math.abs(step - value) < Math.abs(steps[best] - value) ? i : best), 0);

/** Makes all controls; `change(settings)` is called with what a reader sets. Gives a function that shows settings. */
export function makeControls(change) {
  const shows = [];
  for (const [key, control] of Object.entries(CONTROLS)) {
    const { label, group, choices, steps, of, wordy, show = String } = control, id = `set-${key}`;
    const output = element("output", { htmlFor: id });
    const input = choices
      ? element("select", { id }, ...Object.entries(choices).map(([value, name]) => element("option", { value, textContent: name })))
      : element("input", { id, type: "range", min: 0, max: steps.length - 1, step: 1 });
    const row = element("div", { className: wordy ? "control wordy" : "control" }, element("label", { htmlFor: id, textContent: label }), input, output);
    document.getElementById(`group-${group}`).append(row);
    input.addEventListener(choices ? "change" : "input", () => change({ [key]: choices ? input.value : steps[input.value] }));
    shows.push((settings) => {
      row.hidden = of ? !of(settings) : false;
      if (choices) input.value = settings[key];
      else {
        input.value = nearest(steps, settings[key]);
        output.value = show(settings[key]);
        input.setAttribute("aria-valuetext", show(settings[key]));
      }
    });
    if (key === "held_out") shows.push(makeFeatures(change));
  }
  shows.push(makeSeeds(change));
  return (settings) => shows.forEach((show) => show(settings));
}

/** A box to tick for each feature. */
function makeFeatures(change) {
  let chosen = [];
  const boxes = Object.entries(FEATURES).map(([name, text]) => {
    const input = element("input", { type: "checkbox", value: name, id: `feature-${name}` });
    input.addEventListener("change", () => {
      const features = Object.keys(FEATURES).filter((other) => (other === name ? input.checked : chosen.includes(other)));
      if (features.length) change({ features });
      else input.checked = true; // a network needs one
    });
    return element("label", { className: "chip" }, input, element("span", { textContent: text }));
  });
  const set = element("fieldset", { className: "control" }, element("legend", { textContent: "Features" }), element("div", { className: "row tight" }, ...boxes));
  document.getElementById("group-data").append(set);
  return ({ features }) => {
    chosen = features;
    boxes.forEach((box) => (box.firstChild.checked = features.includes(box.firstChild.value)));
  };
}

/** The seeds, as numbers, each with a button for the next. */
function makeSeeds(change) {
  const seeds = [["data_seed", "Data seed", "data"], ["seed", "Seed", "training"]].map(([key, label, group]) => {
    const input = element("input", { id: `set-${key}`, type: "number", min: 0, max: 4294967295 });
    const next = element("button", { type: "button", textContent: "next", title: `${label}: the next` });
    input.addEventListener("change", () => change({ [key]: Math.min(Math.max(Math.round(+input.value) || 0, 0), 4294967295) }));
    next.addEventListener("click", () => change({ [key]: (+input.value + 1) % 4294967296 }));
    const row = element("div", { className: "control seed" }, element("label", { htmlFor: input.id, textContent: label }), input, next);
    document.getElementById(`group-${group}`).append(row);
    return [key, input];
  });
  return (settings) => seeds.forEach(([key, input]) => (input.value = settings[key]));
}

/** The columns above the network: a number for each hidden layer, and layers to add and to remove. */
export function makeLayers(holder, change) {
  let hidden = [];
  const set = (l, count) => change({ hidden: hidden.map((old, i) => (i === l ? Math.min(Math.max(Math.round(count) || 1, 1), 50) : old)) });
  const button = (text, title, click, disabled) => {
    const made = element("button", { type: "button", textContent: text, title, disabled });
    made.setAttribute("aria-label", title);
    made.addEventListener("click", click);
    return made;
  };
  return (settings, sizes) => {
    hidden = settings.hidden;
    const active = document.activeElement?.dataset?.key;
    const columns = hidden.map((count, l) => {
      const name = `layer ${l + 1}`;
      const input = element("input", { type: "number", min: 1, max: 50, value: count });
      input.setAttribute("aria-label", `Neurons in ${name}`);
      input.addEventListener("change", () => set(l, +input.value));
      const [less, more] = [
        button("−", `One neuron less in ${name}`, () => set(l, count - 1), count <= 1),
        button("+", `One neuron more in ${name}`, () => set(l, count + 1), count >= 50),
      ];
      [less, input, more].forEach((control, i) => (control.dataset.key = `${l}-${i}`));
      return element("div", { className: "layer" }, less, input, more);
    });
    const first = element("div", { className: "layer end" }, element("span", { textContent: "Features" }));
    const add = button("+ layer", "Add a hidden layer", () => change({ hidden: [...hidden, hidden.at(-1) ?? 3] }), hidden.length >= 6);
    const remove = button("− layer", "Remove the last hidden layer", () => change({ hidden: hidden.slice(0, -1) }), hidden.length === 0);
    [add.dataset.key, remove.dataset.key, add.id, remove.id] = ["add", "remove", "add-layer", "remove-layer"];
    const last = element("div", { className: "layer end" }, element("span", { textContent: "Output" }));
    holder.style.gridTemplateColumns = `repeat(${sizes?.length ?? hidden.length + 2}, minmax(0, 1fr))`;
    holder.replaceChildren(first, ...columns, last);
    document.getElementById("layer-buttons").replaceChildren(remove, add);
    if (active) document.querySelector(`#net [data-key="${active}"]`)?.focus();
  };
}

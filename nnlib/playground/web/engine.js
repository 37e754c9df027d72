// The page's side of the worker: a request is a promise of its answer.

const text = (id) => document.getElementById(id).textContent;
const worker = new Worker(URL.createObjectURL(new Blob([text("worker")], { type: "text/javascript" })));
const waiting = new Map();
let requests = 0;

worker.onmessage = ({ data: { id, answer } }) => {
  waiting.get(id)(answer);
  waiting.delete(id);
};

/** Asks the worker; bytes may follow the request. */
export function ask(request, behind) {
  return new Promise((resolve) => {
    waiting.set(++requests, resolve);
    worker.postMessage({ id: requests, request, behind });
  });
}

export const started = ask({ start: text("module").trim() });

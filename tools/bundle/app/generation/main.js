/** The page: starts the worker and leaves what it posts in `result`. */
const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });

globalThis.result = new Promise((resolve, reject) => {
  worker.onmessage = ({ data }) => (data.error === undefined ? resolve(data) : reject(new Error(data.error)));
  worker.onerror = ({ message }) => reject(new Error(message || "the worker did not start"));
});

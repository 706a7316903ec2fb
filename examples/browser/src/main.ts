/** The page: what is typed and clicked goes to the worker, and what the worker sends is shown. */
import type { FromWorker, ToWorker } from "./messages.ts";

const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const form = element<HTMLFormElement>("form");
const folder = element<HTMLInputElement>("folder");
const progress = element<HTMLProgressElement>("progress");
const generate = element<HTMLButtonElement>("generate");
const stop = element<HTMLButtonElement>("stop");
const [modelLine, note, text, report] = [element("model"), element("note"), element("text"), element("report")];

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
const send = (message: ToWorker) => worker.postMessage(message);

let state: "loading" | "ready" | "writing" | "failed" = "loading";

function enter(next: typeof state): void {
  state = next;
  generate.disabled = state !== "ready";
  stop.disabled = state !== "writing";
  progress.hidden = state !== "loading";
}

function load(source: string | readonly File[]): void {
  enter("loading");
  progress.value = 0;
  modelLine.textContent = "Loading …";
  note.textContent = "";
  report.textContent = "";
  send({ type: "load", source });
}

function show(message: FromWorker): void {
  switch (message.type) {
    case "progress":
      progress.value = message.loaded / message.total;
      modelLine.textContent = `Loading: ${inMegabytes(message.loaded)} of ${inMegabytes(message.total)} MB`;
      break;
    case "ready":
      modelLine.textContent = describe(message);
      enter("ready");
      break;
    case "note":
      note.append(`Note: ${message.note}. `);
      break;
    case "text":
      text.append(message.text);
      break;
    case "done":
      report.textContent = `${message.stopped ? "Stopped after " : ""}${message.tokens} tokens in ${message.seconds.toFixed(2)} s`;
      enter("ready");
      break;
    case "error":
      fail(message.message);
  }
}

function fail(message: string): void {
  const line = state === "loading" ? modelLine : report;
  line.textContent = `Error: ${message}`;
  enter(state === "loading" ? "failed" : "ready");
}

function describe({ name, kernels, threads }: Extract<FromWorker, { readonly type: "ready" }>): string {
  const on = threads === 1 ? "1 thread" : `${threads} threads`;
  return `Model ${name}, ${kernels} kernels on ${on}`;
}

const inMegabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

worker.onmessage = ({ data }: MessageEvent<FromWorker>) => show(data);
worker.onerror = ({ message }) => fail(message || "the worker did not start");

form.onsubmit = (event) => {
  event.preventDefault();
  if (state !== "ready") return;
  const values = new FormData(form);
  const prompt = String(values.get("prompt"));
  text.textContent = prompt;
  report.textContent = "";
  enter("writing");
  send({ type: "generate", prompt, seed: Number(values.get("seed")), maxTokens: Number(values.get("maxTokens")) });
};
stop.onclick = () => send({ type: "stop" });
folder.onchange = () => load([...(folder.files ?? [])]);

// ?model=https://huggingface.co/distilbert/distilgpt2/resolve/main loads another model. The worker's base is its own
// script, so the URL is made absolute here.
const source = new URLSearchParams(location.search).get("model") ?? "fairytales/";
load(new URL(source, location.href).href);

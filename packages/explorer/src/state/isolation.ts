/**
 * The page's service worker, which isolates it on any host and lets it work offline. Everything else waits for it, so
 * that no file is loaded twice, and a reload loses nothing.
 */
import { signal } from "@preact/signals";
import { TAKE_OVER } from "../service-worker/messages.ts";

/** Why the page is not isolated. */
export type IsolationProblem =
  /** Neither https nor this machine. */
  | "insecure"
  /** The browser lets the page start no service worker. */
  | "unavailable"
  /** The service worker did not get all of the page's files. */
  | "incomplete"
  | "slow"
  /** The service worker works; the page may be in a frame of another that is not isolated. */
  | "framed"
  | { readonly message: string };

export const isolationProblem = signal<IsolationProblem | undefined>(undefined);

// milliseconds
const START_PATIENCE = 10_000;
const UPDATE_PATIENCE = 1000;
/** In the session's storage: that this load follows a reload of ours, so that a page never reloads twice. */
const RELOADED = "tsgpt-explorer-reloaded";

/** Resolves when the page may start. It may reload the page before, and then does not resolve. */
export async function startServiceWorker(): Promise<void> {
  const problem = await start().catch(({ message }: Error) => ({ message }));
  if (!crossOriginIsolated) isolationProblem.value = problem;
}

async function start(): Promise<IsolationProblem> {
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (!workers) return isSecureContext ? "unavailable" : "insecure";
  const url = new URL("sw.js", document.baseURI);
  const registration: ServiceWorkerRegistration | undefined = await workers.register(url, { updateViaCache: "none" });
  if (!registration) return "unavailable";
  const mayReload = sessionStorage.getItem(RELOADED) === null;
  sessionStorage.removeItem(RELOADED);
  if (workers.controller) {
    if (mayReload && (await isReplaced(workers, registration))) return reload();
  } else {
    const problem = await control(workers, registration);
    if (problem) return problem;
  }
  return mayReload && !crossOriginIsolated ? reload() : "framed";
}

/** Waits until a new service worker answers this page's requests. One that was there before does after a reload. */
async function control(
  workers: ServiceWorkerContainer,
  { active, waiting, installing }: ServiceWorkerRegistration,
): Promise<IsolationProblem | undefined> {
  const worker = installing ?? waiting;
  if (active || !worker) return undefined;
  return Promise.race([
    when(workers, "controllerchange").then(() => undefined),
    when(worker, "statechange", () => worker.state === "redundant").then(() => "incomplete" as const),
    after(START_PATIENCE).then(() => "slow" as const),
  ]);
}

/** Whether the service worker of a newer build has taken over: if there is one, and no other page is open. */
async function isReplaced(workers: ServiceWorkerContainer, registration: ServiceWorkerRegistration): Promise<boolean> {
  if (!navigator.onLine) return false;
  const update = registration.update().catch(() => {}); // no server: no newer build
  await Promise.race([update, after(UPDATE_PATIENCE)]);
  const { installing } = registration;
  if (installing) {
    const installed = when(installing, "statechange", () => installing.state !== "installing");
    await Promise.race([installed, after(START_PATIENCE)]);
  }
  const { waiting } = registration;
  if (!waiting || !(await takesOver(waiting))) return false;
  await Promise.race([when(workers, "controllerchange"), after(START_PATIENCE)]);
  return true;
}

/** Whether the service worker that waits may take over; if so, it does. */
function takesOver(waiting: ServiceWorker): Promise<boolean> {
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise<boolean>((resolve) => {
    port1.onmessage = ({ data }) => resolve(data === true);
  });
  waiting.postMessage(TAKE_OVER, [port2]);
  return Promise.race([answer, after(UPDATE_PATIENCE).then(() => false)]);
}

/** Never resolves: nothing starts before the page is another one. */
function reload(): Promise<never> {
  sessionStorage.setItem(RELOADED, "");
  location.reload();
  return new Promise(() => {});
}

/** Resolves at the first such event for which the condition holds. */
function when(target: EventTarget, type: string, condition = () => true): Promise<void> {
  return new Promise((resolve) => {
    const listen = () => {
      if (!condition()) return;
      target.removeEventListener(type, listen);
      resolve();
    };
    target.addEventListener(type, listen);
  });
}

const after = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

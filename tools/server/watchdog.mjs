// Ends a runtime that answers nothing any more, so that it is started again. One native call
// without end in a tenant's code takes the runtime's only thread for good; no limit reaches
// inside it, and everybody waits.
import { get } from "node:http";
import { Worker } from "node:worker_threads";
import { StartError } from "./lock.mjs";
import { fail } from "./output.mjs";

/**
 * Seconds. No code computes longer than 5 s without a pause (worker/sandbox/guard/limits.ts);
 * the longest native call that was seen to end took 13 s.
 */
const defaultSeconds = 30;
/** Silence is counted in beats of a timer: time in which the machine slept is none. */
const beats = 6;

/**
 * EVERSTEP_WATCHDOG: seconds of silence, 0: off.
 * @throws StartError
 */
export function readWatchdog(text = "") {
  const seconds = Number(text.trim() || defaultSeconds);
  if (Number.isFinite(seconds) && seconds >= 0 && seconds <= 86_400) return seconds * 1000;
  throw new StartError(`EVERSTEP_WATCHDOG must be a number of seconds from 0 (off) to 86400, not ${JSON.stringify(text)}`);
}

/**
 * Watches from a thread of its own: this one may itself be waiting for the runtime, since
 * some of Miniflare's calls are synchronous.
 * @param {string} url where the runtime listens
 * @param {import("./files.mjs").DataFolder} folder
 * @returns {() => void} stops it
 */
export function watchRuntime(url, silentMs, folder) {
  if (silentMs === 0) return () => {};
  const thread = new Worker(new URL("./watchdog-thread.mjs", import.meta.url), { workerData: { url, silentMs, pidFile: folder.runtimePid } });
  thread.on("error", (error) => fail(`the watchdog stopped: ${error.stack ?? error}`));
  return () => void thread.terminate();
}

/**
 * Asks the runtime over and over for anything at all, one question at a time.
 * @param {{ url: string, silentMs: number, onSilent: () => void }} options
 * @returns {() => void} stops it
 */
export function startWatchdog({ url, silentMs, onSilent }) {
  let question = null;
  let unanswered = 0;
  const ask = () => {
    // Any answer will do, also that there is nothing here. A runtime that accepts no
    // connection is not stuck: it crashed, and is started again without us.
    const asked = get(url, { agent: false }, (reply) => reply.resume());
    question = asked;
    const over = () => {
      if (question === asked) question = null;
    };
    asked.once("response", over).once("error", over);
  };
  const timer = setInterval(() => {
    if (question === null) {
      unanswered = 0;
      return ask();
    }
    if (++unanswered < beats) return undefined;
    question.destroy();
    question = null;
    return onSilent();
  }, silentMs / beats);
  return () => {
    clearInterval(timer);
    question?.destroy();
  };
}

// Stops the runtime's process for a moment, between two instructions, so that all its
// databases can be looked at as of one instant: what a power cut would have left.
import { execFileSync, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { StartError } from "../lock.mjs";

/** Far below the watchdog's patience, and about what callers bear. */
const longestMs = 10_000;
const stopWithinMs = 2_000;

/**
 * @template T
 * @param {number} pid the runtime's
 * @param {(mustBeInTime: () => void) => T} work synchronous; calls `mustBeInTime` now and then
 * @returns {Promise<{ value: T, tookMs: number }>}
 * @throws StartError when the process cannot be stopped, or the work takes too long
 */
export async function whilePaused(pid, work) {
  const wake = wakeInAnyCase(pid);
  const began = performance.now();
  try {
    signal(pid, "SIGSTOP");
    while (!isStopped(pid)) {
      if (performance.now() - began > stopWithinMs) throw new StartError(`the runtime (process ${pid}) could not be paused. Stop the server and make the backup then.`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const value = work(() => {
      if (performance.now() - began > longestMs) throw new StartError(`looking at the databases took longer than ${longestMs / 1000} s, which is too long to keep people waiting. Stop the server and make the backup then.`);
    });
    return { value, tookMs: performance.now() - began };
  } finally {
    signal(pid, "SIGCONT");
    wake();
  }
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (name === "SIGCONT" && error.code === "ESRCH") return;
    if (error.code === "EPERM") throw new StartError("the server belongs to another user: make the backup as that user", { cause: error });
    throw new StartError("the server stopped, or its runtime was started again, while the backup was made. Make it again.", { cause: error });
  }
}

/** Should this process be killed meanwhile, the runtime goes on all the same. */
function wakeInAnyCase(pid) {
  const seconds = Math.ceil(longestMs / 1000) + 2;
  const guard = spawn("/bin/sh", ["-c", `sleep ${seconds}; kill -CONT ${pid}`], { detached: true, stdio: "ignore" });
  guard.on("error", () => {});
  guard.unref();
  return () => {
    try {
      process.kill(-guard.pid, "SIGKILL");
    } catch {
      // It is done already.
    }
  };
}

/** All its threads: one of them may still be in the middle of a write. */
function isStopped(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).every((task) => /\) [Tt] /.test(readFileSync(`/proc/${pid}/task/${task}/stat`, "utf8")));
  } catch {
    try {
      return execFileSync("ps", ["-o", "state=", "-p", String(pid)], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).startsWith("T");
    } catch {
      return false;
    }
  }
}

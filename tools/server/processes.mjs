// Which process is that? Process ids are reused, so an id alone proves nothing.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** True when a process with this id runs and its command line holds `word`. */
export function runs(pid, word) {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return false;
  }
  const command = commandLine(pid);
  return command === undefined || command.includes(word);
}

function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    try {
      return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    } catch {
      return undefined;
    }
  }
}

/** Ends a process for good and returns once it is gone (at most five seconds later). */
export async function end(pid) {
  try {
    process.kill(pid, "SIGKILL");
    for (let round = 0; round < 250; round++) {
      process.kill(pid, 0);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

// What the server prints: for people, or in production (EVERSTEP_LOG=json) a JSON object a line.
// The runtime's own lines are passed on, less its known noise.
const noise = [/^NOSENTRY per-isolate bootstrap compile cache/];

const colours = process.stderr.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
// Read each time: the watchdog's thread has its own copy of this module, and the same environment.
const structured = () => process.env.EVERSTEP_LOG === "json";

export const say = (text = "") => (structured() ? write("info", text) : console.log(text));
export const warn = (text) => (structured() ? write("warn", text) : console.error(paint(33, text)));
export const fail = (text) => (structured() ? write("error", text) : console.error(`${paint(31, "error")}: ${text}`));
export const dim = (text) => (!structured() && process.stdout.isTTY && !process.env.NO_COLOR ? `\u001b[2m${text}\u001b[0m` : text);

/** For Miniflare's `handleStructuredLogs`. */
export function passOn({ level, message }) {
  if (noise.some((pattern) => pattern.test(message))) return;
  if (structured()) write(level === "error" || level === "warn" || level === "debug" ? level : "info", message);
  else if (level === "error" || level === "warn") console.error(level === "error" ? paint(31, message) : paint(33, message));
  else console.log(message);
}

function write(level, text) {
  const line = JSON.stringify(logLine(level, text, new Date()));
  if (level === "error" || level === "warn") console.error(line);
  else console.log(line);
}

/** A line of the log. What is an object already (the Worker logs such) keeps its fields. */
export function logLine(level, text, now) {
  const time = now.toISOString();
  if (text.startsWith("{")) {
    try {
      return { time, level, ...JSON.parse(text) };
    } catch {
      // Only looks like one.
    }
  }
  return { time, level, message: text.trim() };
}

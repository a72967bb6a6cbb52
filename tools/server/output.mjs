// What the server prints. The runtime's own lines are passed on, less its known noise.
const noise = [/^NOSENTRY per-isolate bootstrap compile cache/];

const colours = process.stderr.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);

export const say = (text = "") => console.log(text);
export const warn = (text) => console.error(paint(33, text));
export const fail = (text) => console.error(`${paint(31, "error")}: ${text}`);
export const dim = (text) => (process.stdout.isTTY && !process.env.NO_COLOR ? `\u001b[2m${text}\u001b[0m` : text);

/** For Miniflare's `handleStructuredLogs`. */
export function passOn({ level, message }) {
  if (noise.some((pattern) => pattern.test(message))) return;
  if (level === "error" || level === "warn") console.error(level === "error" ? paint(31, message) : paint(33, message));
  else console.log(message);
}

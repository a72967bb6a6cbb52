// Cron triggers of wrangler.toml: Cloudflare fires them in production, this does locally.

/** Does `expression` (five fields, UTC) name this minute? Knows `*`, `a`, `a-b`, `a,b` and `/n`. */
export function matches(expression, time) {
  const values = [time.getUTCMinutes(), time.getUTCHours(), time.getUTCDate(), time.getUTCMonth() + 1, time.getUTCDay()];
  const fields = expression.trim().split(/\s+/);
  return fields.length === 5 && fields.every((field, index) => field.split(",").some((part) => inPart(part, values[index])));
}

function inPart(part, value) {
  const [range, step = "1"] = part.split("/");
  const [from, to = part.includes("/") ? "59" : from] = range === "*" ? ["0", "59"] : range.split("-");
  return value >= Number(from) && value <= Number(to) && (value - Number(from)) % Number(step) === 0;
}

/**
 * Fires at every full minute that an expression matches.
 * @param {(cron: string, time: Date) => Promise<void>} fire
 * @returns {() => void} stops it
 */
export function startCron(expressions, fire) {
  let timer;
  let last = 0;
  const arm = () => {
    // Timers may fire a little early: the same minute must not come twice.
    const next = Math.max(Math.floor(Date.now() / 60_000 + 1) * 60_000, last + 60_000);
    last = next;
    timer = setTimeout(() => {
      arm();
      const time = new Date(next);
      for (const expression of expressions) if (matches(expression, time)) void fire(expression, time);
    }, next - Date.now());
  };
  arm();
  return () => clearTimeout(timer);
}

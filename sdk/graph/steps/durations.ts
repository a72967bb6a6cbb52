/**
 * Delays and limits of steps → durations of the SDK.
 * @module
 */
import { code, literal, type ValueSpec } from "../generate/spec.ts";
import { ExpressionError, parseTemplate } from "./expression.ts";
import type { Scope } from "./scope.ts";

const units = ["seconds", "minutes", "hours", "days", "weeks"] as const;

/** `90` seconds → `"90 seconds"`, `120` → `"2 minutes"`. */
export function duration(amount: number, unit: string): string {
  const seconds = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800 }[unit.replace(/s$/, "")];
  if (seconds === undefined) throw new ExpressionError(`${JSON.stringify(unit)} is no unit of time: write ${units.join(", ")}`);
  const whole = amount * seconds;
  const [name, size] = whole > 0 ? ([["day", 86_400], ["hour", 3600], ["minute", 60]] as const).find(([, one]) => whole % one === 0) ?? ["second", 1] : ["second", 1];
  const count = whole / size;
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

export type Delay = { until: false; value: ValueSpec; words: string } | { until: true; value: ValueSpec; words: string };

/** @throws ExpressionError when it says no time */
export function delayOf(config: Readonly<Record<string, unknown>>, scope: Scope): Delay {
  const until = config["until"] ?? config["until_date"];
  if (typeof until === "string") {
    const { form } = scope.value(until);
    return { until: true, value: code(`new Date(${form === "literal" ? JSON.stringify(until) : scope.text(parseTemplate(until))})`), words: form === "literal" ? `until ${until}` : "until it is time" };
  }
  const unit = units.find((one) => config[one] !== undefined && config[one] !== null);
  const seconds = config["duration_seconds"] ?? config["delay_seconds"];
  const amount = unit ? config[unit] : (seconds ?? config["duration"] ?? config["amount"] ?? config["delay"]);
  const named = unit ?? (seconds === undefined ? config["unit"] : "seconds");
  if (typeof amount === "number") {
    const text = duration(amount, typeof named === "string" ? named : "seconds");
    return { until: false, value: literal(text), words: text };
  }
  if (typeof amount !== "string") throw new ExpressionError(`config needs ${units.join(", ")}, duration ("2 days"), or until (a time)`);
  const expression = parseTemplate(typeof named === "string" ? `${amount} ${named}` : amount);
  return { until: false, value: scope.written(expression), words: expression.type === "literal" ? String(expression.value) : "a while" };
}

/** `expires_in`, `timeout`: seconds, or a text such as `5 days`. */
export function limitOf(value: unknown, scope: Scope): ValueSpec | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "number" ? literal(duration(value, "seconds")) : scope.value(value);
}

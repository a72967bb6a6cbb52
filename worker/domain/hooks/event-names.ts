/**
 * What a call is about, as triggers choose by it.
 * @module
 */
import type { HookConfig } from "./config.ts";

/** What a delivery is called by triggers' `events`: any of these. */
export function eventNames(config: HookConfig, headers: Headers, payload: unknown): string[] {
  switch (config.scheme) {
    case "github":
      return named(headers.get("x-github-event"));
    case "espocrm":
      return named(config.event);
    case "meta":
      return metaNames(payload);
    case "standard":
      return named(field(payload, "type"));
    default:
      return named((config.event_header && headers.get(config.event_header)) ?? field(payload, "type"));
  }
}

const longest = 200;
const named = (name: unknown): string[] => (typeof name === "string" && name !== "" ? [name.slice(0, longest)] : []);
const field = (value: unknown, name: string): unknown => (typeof value === "object" && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value.slice(0, 1000) : []);

/** `whatsapp_business_account`, and the fields of all its changes: one call may hold several. */
function metaNames(payload: unknown): string[] {
  const fields = list(field(payload, "entry")).flatMap((entry) => list(field(entry, "changes")).flatMap((change) => named(field(change, "field"))));
  return [...new Set([...named(field(payload, "object")), ...fields])].slice(0, 20);
}

/** For the log of calls and the trigger: all of them. */
export function eventLabel(names: readonly string[]): string | null {
  return names.length === 0 ? null : names.join(", ").slice(0, longest);
}

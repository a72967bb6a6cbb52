/**
 * Log lines: one JSON object each, with the same names everywhere. What people wrote, what
 * they are called and what opens anything does not belong into them: ids, codes and figures do.
 * @module
 */
import { errorMessage } from "../../db/error-message.ts";

export { errorMessage };

export interface LogFields {
  request_id?: string;
  /** Ids, never names. */
  tenant?: string;
  execution?: string;
  /** Of {@link errorFields}. */
  error?: { name: string; message: string; stack?: string };
  [field: string]: unknown;
}

type Level = "info" | "warn" | "error";

/** @param event `<what>.<happened>` */
export function log(level: Level, event: string, fields: LogFields = {}, now = Date.now()): void {
  console[level](JSON.stringify({ level, event, at: new Date(now).toISOString(), ...fields }));
}

/** What may be said of an error. */
export function errorFields(error: unknown): { name: string; message: string; stack?: string } {
  if (!(error instanceof Error)) return { name: "unknown", message: "" };
  const message = errorMessage(error);
  // The stack begins with the message, of which there is none twice.
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line)).slice(0, 20);
  return { name: error.name, message, ...(frames.length > 0 ? { stack: frames.map((line) => line.trim()).join("\n") } : {}) };
}

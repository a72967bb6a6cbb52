/**
 * Log lines: one JSON object each, with the same names everywhere. What people wrote, what
 * they are called and what opens anything does not belong into them: ids, codes and figures do.
 * @module
 */
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

const longest = 1_000;

/**
 * What may be said of an error. The database's client puts the parameters of a statement into
 * its message, which are what people wrote: they are cut off.
 */
export function errorFields(error: unknown): { name: string; message: string; stack?: string } {
  if (!(error instanceof Error)) return { name: "unknown", message: "" };
  const message = errorMessage(error);
  // The stack begins with the message, of which there is none twice.
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line)).slice(0, 20);
  return { name: error.name, message, ...(frames.length > 0 ? { stack: frames.map((line) => line.trim()).join("\n") } : {}) };
}

export function errorMessage(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const isQuery = error.message.startsWith("Failed query:");
  const cause = isQuery && error.cause instanceof Error ? `: ${error.cause.message}` : "";
  // A statement written by hand may have values in it as well.
  return `${isQuery ? "a statement failed" : error.message}${cause}`.slice(0, longest);
}

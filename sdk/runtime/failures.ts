/**
 * Errors as data and back, the same live as on replay, so that a catch block sees no
 * difference between the two.
 * @module
 */
import { ChildFailedError, NonRetryableError, StepTimeoutError, ValueError, WaitTimeoutError } from "../authoring/errors.ts";
import type { ErrorRecord } from "../schema/execution.ts";

/** Ends the execution as failed, whatever the workflow's code does with it. */
export class FatalError extends Error {
  override readonly name = "FatalError";
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const maxStack = 4_000;

export function toErrorRecord(error: unknown): ErrorRecord {
  if (!(error instanceof Error)) return { name: "Error", message: typeof error === "string" ? error : `a ${typeof error} was thrown: ${describe(error)}` };
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const record: ErrorRecord = { name: String(error.name || "Error").slice(0, 200), message: error.message.slice(0, 16_000) };
  if (code !== undefined) record.code = code;
  if (typeof error.stack === "string") record.stack = error.stack.slice(0, maxStack);
  return record;
}

function describe(value: unknown): string {
  try {
    return (JSON.stringify(value) ?? String(value)).slice(0, 200);
  } catch {
    return "(unreadable)";
  }
}

const known: Record<string, new (message: string) => Error> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  NonRetryableError,
  StepTimeoutError,
  WaitTimeoutError,
  ChildFailedError,
  ValueError,
};

export function fromErrorRecord(record: ErrorRecord): Error {
  const Type = known[record.name] ?? Error;
  const error = new Type(record.message);
  if (error.name !== record.name) Object.defineProperty(error, "name", { value: record.name, configurable: true, writable: true });
  // Some classes bring a code of their own; the record's is the one that was thrown.
  if (record.code !== undefined && !("code" in error && error.code === record.code)) Object.defineProperty(error, "code", { value: record.code, enumerable: true, configurable: true, writable: true });
  if (record.stack !== undefined) Object.defineProperty(error, "stack", { value: record.stack, configurable: true, writable: true });
  return error;
}

export function isNonRetryable(error: unknown): boolean {
  return error instanceof Error && (error.name === "NonRetryableError" || error instanceof ValueError || madeBy(error, "NonRetryableError"));
}

/** By the class's name: a bundle has copies of its own of everstep and of cloudflare:workflows, and the error may bear another name. */
function madeBy(error: Error, className: string): boolean {
  for (let at: unknown = Object.getPrototypeOf(error); typeof at === "object" && at !== null; at = Object.getPrototypeOf(at)) {
    if ((at as { constructor?: { name?: unknown } }).constructor?.name === className) return true;
  }
  return false;
}

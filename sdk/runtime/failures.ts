/**
 * Errors as data and back, the same live as on replay, so that a catch block sees no
 * difference between the two.
 * @module
 */
import { ActionRefusedError, ChildFailedError, NonRetryableError, StepTimeoutError, ValueError, WaitTimeoutError } from "../authoring/errors.ts";
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

const unreadable = "(unreadable)";
const maxName = 200;
const maxMessage = 16_000;
const maxStack = 4_000;
const maxCode = 100;
/** Parts of a thrown value that is no error, looked at to show it. */
const maxParts = 1_000;

/** Always a record, whatever was thrown: proxies and getters may throw in turn. */
export function toErrorRecord(error: unknown): ErrorRecord {
  if (!isError(error)) return { name: "Error", message: typeof error === "string" ? error.slice(0, maxMessage) : `a ${typeof error} was thrown: ${describe(error)}` };
  const code = read(error, "code");
  const stack = read(error, "stack");
  const record: ErrorRecord = { name: text(read(error, "name"), maxName) || "Error", message: text(read(error, "message", unreadable), maxMessage) };
  if (typeof code === "string") record.code = code.slice(0, maxCode);
  if (typeof stack === "string") record.stack = stack.slice(0, maxStack);
  return record;
}

/** What was thrown; an error in its place when it cannot even be asked what it is. */
export function caught(thrown: unknown): unknown {
  try {
    void (thrown instanceof Error);
    return thrown;
  } catch {
    return new Error(`a ${typeof thrown} was thrown: ${unreadable}`);
  }
}

function isError(value: unknown): value is Error {
  try {
    return value instanceof Error;
  } catch {
    return false;
  }
}

function read(error: Error, key: string, otherwise?: string): unknown {
  try {
    return (error as unknown as Record<string, unknown>)[key];
  } catch {
    return otherwise;
  }
}

function text(value: unknown, most: number): string {
  try {
    return String(value ?? "").slice(0, most);
  } catch {
    return unreadable;
  }
}

function describe(value: unknown): string {
  let parts = 0;
  try {
    const shown = JSON.stringify(value, (_key, part: unknown) => {
      if (++parts > maxParts) throw new RangeError("enough is seen");
      return part;
    });
    return (shown ?? String(value)).slice(0, 200);
  } catch {
    return unreadable;
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
  ActionRefusedError,
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
  return isError(error) && (read(error, "name") === "NonRetryableError" || error instanceof ValueError || error instanceof ActionRefusedError || madeBy(error, "NonRetryableError"));
}

/** By the class's name: a bundle has copies of its own of everstep and of cloudflare:workflows, and the error may bear another name. */
function madeBy(error: Error, className: string): boolean {
  try {
    for (let at: unknown = Object.getPrototypeOf(error); typeof at === "object" && at !== null; at = Object.getPrototypeOf(at)) {
      if ((at as { constructor?: { name?: unknown } }).constructor?.name === className) return true;
    }
  } catch {
    // A getter that throws says nothing.
  }
  return false;
}

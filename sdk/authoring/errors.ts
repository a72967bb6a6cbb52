/**
 * Errors a workflow throws or meets.
 * @module
 */

/** What says which of these classes an error is of, in every copy of this module. */
const kind = Symbol.for("everstep.error");

/**
 * A workflow's bundle has a copy of these classes, and what runs it has another: an error of
 * one is an instance of the other's class too.
 */
function known(of: new (message: string) => Error, name: string): void {
  Object.defineProperty(of.prototype, kind, { value: name });
  Object.defineProperty(of, Symbol.hasInstance, {
    value(this: unknown, error: unknown): boolean {
      // Classes that authors derive are told apart by the language.
      if (this !== of) return Function.prototype[Symbol.hasInstance].call(this, error);
      try {
        return typeof error === "object" && error !== null && Reflect.get(error, kind) === name;
      } catch {
        // Something thrown that cannot even be looked at.
        return false;
      }
    },
  });
}

/**
 * Thrown in a step: no further attempt is made.
 * @example
 * ```ts
 * import { NonRetryableError } from "everstep";
 * function check(amount: number): void {
 *   if (amount < 0) throw new NonRetryableError("the amount is negative");
 * }
 * ```
 */
export class NonRetryableError extends Error {
  static {
    known(this, "NonRetryableError");
  }
  constructor(message: string, name = "NonRetryableError") {
    super(message);
    this.name = name;
  }
}

/** An attempt took longer than the step's `timeout`. Counts as a failed attempt. */
export class StepTimeoutError extends Error {
  static {
    known(this, "StepTimeoutError");
  }
  override readonly name: string = "StepTimeoutError";
  readonly code = "step-timeout";
}

/** `waitForEvent` or `invoke` reached its `timeout`. */
export class WaitTimeoutError extends Error {
  static {
    known(this, "WaitTimeoutError");
  }
  override readonly name: string = "WaitTimeoutError";
  readonly code = "wait-timeout";
}

/** A child workflow failed or was cancelled; the message is the child's. */
export class ChildFailedError extends Error {
  static {
    known(this, "ChildFailedError");
  }
  override readonly name: string = "ChildFailedError";
  readonly code = "child-failed";
}

/** The platform refused what a step asked it to do; `code` says why. */
export class ActionRefusedError extends Error {
  static {
    known(this, "ActionRefusedError");
  }
  override readonly name: string = "ActionRefusedError";
  readonly code: string;
  constructor(message: string, code = "refused") {
    super(message);
    this.code = code;
  }
}

/** A value cannot be kept: too large, or of a kind that has no stored form. */
export class ValueError extends Error {
  static {
    known(this, "ValueError");
  }
  override readonly name: string = "ValueError";
  readonly code: string = "value-not-storable";
}

/**
 * Errors a workflow throws or meets.
 * @module
 */

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
  constructor(message: string, name = "NonRetryableError") {
    super(message);
    this.name = name;
  }
}

/** An attempt took longer than the step's `timeout`. Counts as a failed attempt. */
export class StepTimeoutError extends Error {
  override readonly name: string = "StepTimeoutError";
  readonly code = "step-timeout";
}

/** `waitForEvent` or `invoke` reached its `timeout`. */
export class WaitTimeoutError extends Error {
  override readonly name: string = "WaitTimeoutError";
  readonly code = "wait-timeout";
}

/** A child workflow failed or was cancelled; the message is the child's. */
export class ChildFailedError extends Error {
  override readonly name: string = "ChildFailedError";
  readonly code = "child-failed";
}

/** The platform refused what a step asked it to do; `code` says why. */
export class ActionRefusedError extends Error {
  override readonly name: string = "ActionRefusedError";
  readonly code: string;
  constructor(message: string, code = "refused") {
    super(message);
    this.code = code;
  }
}

/** A value cannot be kept: too large, or of a kind that has no stored form. */
export class ValueError extends Error {
  override readonly name: string = "ValueError";
  readonly code: string = "value-not-storable";
}

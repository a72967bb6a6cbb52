/**
 * The error that ends tenant code which asks for more than its share.
 * @module
 */

export type LimitCode = "cpu-limit" | "memory-limit" | "regex-limit";

/** Thrown into tenant code; the code names the limit, the message says what to do. */
export class LimitExceeded extends Error {
  override readonly name = "LimitExceeded";
  readonly code: LimitCode;
  constructor(code: LimitCode, message: string) {
    super(message);
    this.code = code;
  }
}

// Who catches one could otherwise put a constructor of their own above it, and no limit would end anything.
Object.freeze(LimitExceeded);

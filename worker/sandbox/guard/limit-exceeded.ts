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

import { PlatformError, type ProblemCode } from "../../sdk/schema/problem.ts";

/** A call that is turned away: the caller reads `message`, only the tenant reads `reason`. */
export class Refused extends PlatformError {
  readonly reason: string;
  /** Whether the log of calls has an entry for it. */
  readonly recorded: boolean;
  constructor(code: ProblemCode, detail: string, reason: string, { retryAfter, recorded = true }: { retryAfter?: number; recorded?: boolean } = {}) {
    super(code, detail, undefined, retryAfter);
    this.reason = reason;
    this.recorded = recorded;
  }
}

/** One text for every place where nobody listens, so that tenants and paths cannot be told apart. */
export function unknownHook(reason: string): Refused {
  return new Refused("unknown-hook", "No workflow listens at this address.", reason);
}

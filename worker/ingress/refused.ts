import { PlatformError, type ProblemCode } from "../../sdk/schema/problem.ts";

/** A call that is turned away: the caller reads `message`, only the tenant reads `reason`. */
export class Refused extends PlatformError {
  readonly reason: string;
  constructor(code: ProblemCode, detail: string, reason: string) {
    super(code, detail);
    this.reason = reason;
  }
}

/** One text for every place where nobody listens, so that tenants and paths cannot be told apart. */
export function unknownHook(reason: string): Refused {
  return new Refused("unknown-hook", "No workflow listens at this address.", reason);
}

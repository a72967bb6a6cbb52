/**
 * What comes of replaying a recorded history on other code, with nothing carried out.
 * @module
 */
import { z } from "zod";
import { errorRecord } from "./execution.ts";

/**
 * `same`: the code asks for what the history holds, and one that has ended ends the same way.
 * `differs`: it does not, and where. `failed`: it fails outside of its steps, or passes a limit.
 * `unreadable`: nothing can be said, and why.
 */
export const verdict = z.enum(["same", "differs", "failed", "unreadable"]);
export type Verdict = z.infer<typeof verdict>;

/** Where history and code part. */
export const difference = z.object({
  /** Ordinal in the history; 0: behind its end. */
  position: z.number().int(),
  expected: z.string(),
  found: z.string(),
  /** The last they have in common. */
  where: z.string(),
});
export type Difference = z.infer<typeof difference>;

export const rehearsal = z.object({
  verdict,
  /** Steps of the history. */
  steps: z.number().int(),
  at: difference.nullable(),
  error: errorRecord.nullable(),
});
export type Rehearsal = z.infer<typeof rehearsal>;

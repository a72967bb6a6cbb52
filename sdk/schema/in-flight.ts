/**
 * What becomes of executions in flight when a new version goes live.
 * @module
 */
import { z } from "zod";

const ids = z.array(z.string().max(64)).max(1_000).optional();

/** `pin`: they go on with the code they began with, as all do when nothing is said. */
export const inFlight = z.strictObject({
  same: z.enum(["pin", "migrate"]).optional().describe("Those whose history the new code follows"),
  differs: z.enum(["pin", "cancel"]).optional().describe("Those whose history it does not follow"),
  pin: ids.describe("Executions that stay, whatever their group"),
  migrate: ids.describe("Executions that move if they can, whatever their group"),
  cancel: ids.describe("Executions that end, whatever their group"),
});
export type InFlight = z.infer<typeof inFlight>;

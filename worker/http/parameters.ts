/**
 * Parameters that several routes have.
 * @module
 */
import { z } from "zod";
import { longestWaitMs } from "../domain/executions/execute.ts";

/** A UUID of any version. */
export const uuid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

export const uuidParams = z.object({ id: uuid });
export const workflowParams = z.object({ id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,99}$/) });
export const stepParams = uuidParams.extend({ step: z.string().min(1).max(300).describe("Key of the step: `name-count`") });

export const waitQuery = z.object({
  wait: z.coerce.number().int().min(0).max(longestWaitMs).default(0).describe("Answer at the end, or after so many ms"),
});

/**
 * Which starts of a workflow go ahead, and when: as its manifest has it.
 * @module
 */
import { z } from "zod";

/** A path into the input: `customer_id`, `order.customer.id`, `lines.0.sku`. */
export const flowKey = z.string().max(200).regex(/^[A-Za-z_$][\w$-]*(\.[\w$-]+)*$/, "a key is a path into the input, such as `customer_id` or `order.customer.id`");

const periodMs = z.number().int().min(1).max(31 * 86_400_000, "at most 31 days");
const limit = z.number().int().min(1).max(10_000);
const key = flowKey.optional();

export const flowManifest = z
  .strictObject({
    /** So many executions that have not ended; more wait. */
    concurrency: z.strictObject({ limit, key }).optional(),
    /** So many starts in any period; more are refused. */
    rate_limit: z.strictObject({ limit, period_ms: periodMs, key }).optional(),
    /** So many starts per period, spread over it; more wait. `burst` of them may come at once. */
    throttle: z.strictObject({ limit, period_ms: periodMs, burst: z.number().int().min(1).max(10_000), key }).optional(),
    /** Starts once nothing has come for the period, or at the timeout, with what came last. */
    debounce: z.strictObject({ period_ms: periodMs, timeout_ms: periodMs.optional(), key }).optional(),
    /** Starts with as many inputs as this, or with those that have come by the timeout. */
    batch: z.strictObject({ size: z.number().int().min(1).max(1_000), timeout_ms: periodMs, key }).optional(),
    /** Of those that wait, higher ones begin first: a number, or a path to one in the input. */
    priority: z.union([z.number().min(-1e9).max(1e9), flowKey]).optional(),
    /** One at a time: another start is refused, or ends the one before. */
    singleton: z.strictObject({ key, mode: z.enum(["skip", "cancel"]) }).optional(),
  })
  .refine(({ batch, debounce }) => !batch || !debounce, "debounce and batch cannot be had together: one keeps the last input, the other all of them")
  .refine(({ batch, singleton }) => !batch || !singleton, "batch and singleton cannot be had together");
export type FlowManifest = z.infer<typeof flowManifest>;

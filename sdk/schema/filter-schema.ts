/**
 * Filters as they come over a border.
 * @module
 */
import { z } from "zod";
import { type EventFilter, faultOf } from "./filter.ts";

const checked = z.record(z.string().max(256), z.json()).superRefine((filter, ctx) => {
  const fault = faultOf(filter);
  if (fault !== null) ctx.addIssue({ code: "custom", message: fault });
});

/** A filter over the data of events, as sdk/schema/filter.ts says. */
export const eventFilter = checked.meta({ description: "By field, `a.b` looks into `a`: a value, a list (one of), null (any), an object of comparisons ($eq $ne $gt $gte $lt $lte $in $nin $exists $contains $changed) or of further fields" }) as unknown as z.ZodType<EventFilter>;

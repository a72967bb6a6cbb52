import type { z } from "zod";
import { faultsOf } from "./carry-out.ts";

/** What an action takes, by the full rules of whoever does it. @throws PlatformError `bad-request` */
export function checked<S extends z.ZodType>(schema: S, value: unknown, action: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw faultsOf(result.error.issues, action);
}

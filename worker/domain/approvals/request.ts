/**
 * What a step asks for, as it comes out of a sandbox: anything at all.
 * @module
 */
import { z } from "zod";
import type { JsonObject } from "../../../db/schema/json.ts";
import type { ApprovalRequest } from "../../../sdk/schema/approval.ts";

const text = (longest: number) => z.string().transform((value) => value.slice(0, longest));
const name = z.string().min(1).max(320);
const ms = z.number().int().min(0).max(400 * 86_400_000);

const request = z.object({
  title: text(300),
  description: text(10_000).optional(),
  from: z.array(name).max(100).optional(),
  need: z.union([z.enum(["any", "all"]), z.number().int().min(1).max(10_000)]).optional(),
  form: z.record(z.string(), z.json()).refine((form) => JSON.stringify(form).length <= 32_768).optional(),
  on_timeout: z.enum(["expired", "approved", "rejected"]).optional(),
  remind: z.array(ms).max(10).optional(),
  escalate: z.object({ after: ms, to: z.array(name).min(1).max(100) }).optional(),
  delegate: z.boolean().optional(),
});

/** What cannot be read is asked of nobody by name that anybody has: admins look at it. */
export function readRequest(detail: unknown, stepKey: string): ApprovalRequest & { form?: JsonObject } {
  const parsed = request.safeParse(detail);
  if (!parsed.success) return { title: `Approval ${stepKey}`, description: `What the step asks for cannot be read: ${parsed.error.issues[0]?.path.join(".")}: ${parsed.error.issues[0]?.message}`, from: ["?"] };
  const { title, description, from, need, form, on_timeout, remind, escalate, delegate } = parsed.data;
  return {
    title,
    ...(description === undefined ? {} : { description }),
    ...(from === undefined ? {} : { from }),
    ...(need === undefined ? {} : { need }),
    ...(form === undefined ? {} : { form: form as JsonObject }),
    ...(on_timeout === undefined ? {} : { on_timeout }),
    ...(remind === undefined ? {} : { remind }),
    ...(escalate === undefined ? {} : { escalate }),
    ...(delegate === undefined ? {} : { delegate }),
  };
}

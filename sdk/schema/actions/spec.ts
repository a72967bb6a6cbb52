/**
 * What an action is: declared once, pure. From it come what workflows call, what is asked of
 * whoever carries one out by hand, forms and documentation; what it does is in
 * worker/actions.
 * @module
 */
import { z } from "zod";

/** `reads`: changes nothing. `changes`: the tenant's data, exactly once. `sends`: reaches outside, at least once. */
export type Effect = "reads" | "changes" | "sends";

export const categories = { records: "Records", work: "Work", people: "People", messages: "Messages", network: "Network", settings: "Settings" } as const;
export type Category = keyof typeof categories;

export interface ActionSpec<P extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> {
  /** `crm.leads.update`; also the name of the step that it is outside of one. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly category: Category;
  readonly effect: Effect;
  /** Needed by hand, besides `actions.execute`; null: that of the record it is about. */
  readonly permission: string | null;
  /** As workflows write it. */
  readonly call: string;
  readonly params: P;
  readonly result: R;
}

export function spec<P extends z.ZodType, R extends z.ZodType>(declared: ActionSpec<P, R>): ActionSpec<P, R> {
  return declared;
}

/** What workflows pass. */
export type ParamsOf<S> = S extends ActionSpec<infer P> ? z.input<P> : never;
/** What they get. */
export type ResultOf<S> = S extends ActionSpec<z.ZodType, infer R> ? z.output<R> : never;

export const id = z.string().min(1).max(64);
export const recordReference = z.strictObject({ type: z.string().min(1).max(40).describe("Kind of record, such as `lead`"), id });

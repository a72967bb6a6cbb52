import { z } from "zod";
import { type LimitName, limitTitles, type Plan, planNames, plans } from "../../auth/plans.ts";

const names = Object.keys(limitTitles) as LimitName[];

export const planView = z.object({
  id: z.enum(planNames),
  limits: z.record(z.enum(names), z.number().nullable()).describe("Null: no limit"),
});
export type PlanView = z.infer<typeof planView>;

export function viewPlan(id: Plan): PlanView {
  return { id, limits: plans[id] };
}

/** The smallest first. */
export function listPlans(): PlanView[] {
  return planNames.map(viewPlan);
}

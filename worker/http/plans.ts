import { z } from "zod";
import { listPlans, planView } from "../domain/plans/list.ts";
import { publicRoute, reply, type Route } from "./route.ts";

export const planRoutes: readonly Route[] = [
  publicRoute(
    { method: "get", path: "/plans", operation: "listPlans", tag: "plans", summary: "What each plan allows", responses: { 200: z.object({ data: z.array(planView) }) } },
    async () => reply(200, { data: listPlans() }),
  ),
];

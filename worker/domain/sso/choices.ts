import { z } from "zod";
import { listProvidersOf } from "../../../db/sso.ts";
import type { BaseContext } from "../context.ts";
import { providerView } from "./view.ts";

export const choicesQuery = z.object({ tenant: z.string().max(63).describe("The tenant's slug") });
export const choices = z.object({ data: z.array(providerView.pick({ id: true, name: true })) });

/** What a sign-in page offers; nothing for a tenant that does not exist. */
export async function listChoices({ ctx, input }: { ctx: BaseContext; input: z.infer<typeof choicesQuery> }): Promise<z.infer<typeof choices>> {
  return { data: await listProvidersOf(ctx.env.DB, input.tenant) };
}

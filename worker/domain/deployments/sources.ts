import { z } from "zod";
import type { TenantContext } from "../context.ts";
import type { DeploymentRow } from "./view.ts";

const sourcesFile = z.record(z.string(), z.string());

/** What a deployment was made from, by path. */
export async function readSources({ env }: Pick<TenantContext, "env">, row: Pick<DeploymentRow, "id" | "sources_key">): Promise<Record<string, string>> {
  const object = await env.BLOBS.get(row.sources_key);
  if (!object) throw new Error(`the sources of deployment ${row.id} are gone: ${row.sources_key}`);
  return sourcesFile.parse(await object.json());
}

/**
 * Errors of an execution as they are shown: their stacks tell places in the sources. Done
 * when an execution is read, so that running one costs nothing more.
 * @module
 */
import { errorMessage } from "../../../db/error-message.ts";
import { eq } from "drizzle-orm";
import { deployments } from "../../../db/schema/deployments.ts";
import type { ErrorRecord, ExecutionView } from "../../../sdk/schema/execution.ts";
import type { TenantContext } from "../context.ts";
import { mapsKey, type StoredMaps } from "../deployments/maps.ts";
import { Places, sourceStack } from "../deployments/places.ts";

/** Maps kept unpacked, by tenant and version: the same deployment fails more than once. */
const known = new Map<string, Places>();
/** Segments kept in memory, and the most that one bundle may have: about 32 MB. */
const mostSegments = 400_000;

/** The execution with its stacks told in the sources; as it is when no source map was deployed. */
export async function withSourceStacks(ctx: TenantContext, view: ExecutionView): Promise<ExecutionView> {
  if (!isPlaced(view.error) && !view.steps.some(({ error }) => isPlaced(error))) return view;
  const places = await placesOf(ctx, view.version);
  if (!places) return view;
  const tell = (error: ErrorRecord | null): ErrorRecord | null => (error?.stack === undefined ? error : { ...error, stack: sourceStack(error.stack, places) });
  return { ...view, error: tell(view.error), steps: view.steps.map((step) => (isPlaced(step.error) ? { ...step, error: tell(step.error) } : step)) };
}

function isPlaced(error: ErrorRecord | null): boolean {
  return error?.stack?.includes("bundle/") ?? false;
}

async function placesOf(ctx: TenantContext, version: number): Promise<Places | null> {
  const key = `${ctx.tenant}:${version}`;
  const places = known.get(key) ?? (await read(ctx, version));
  if (!places) return null;
  // Those asked for last are kept.
  known.delete(key);
  known.set(key, places);
  let size = 0;
  for (const { size: one } of known.values()) size += one;
  for (const [old, { size: one }] of known) {
    if (size <= mostSegments) break;
    known.delete(old);
    size -= one;
  }
  return places;
}

/** Never throws: without its map a stack is still a stack. */
async function read(ctx: TenantContext, version: number): Promise<Places | null> {
  try {
    const deployment = await ctx.db.first(deployments, eq(deployments.version, version));
    const stored = deployment && (await ctx.env.BLOBS.get(mapsKey(deployment.bundle, deployment.sources_key)));
    if (!stored) return null;
    const places = new Places(await stored.json<StoredMaps>());
    return places.size <= mostSegments ? places : null;
  } catch (error) {
    console.error(JSON.stringify({ level: "error", event: "source-map-unread", tenant: ctx.tenant, version, message: errorMessage(error) }));
    return null;
  }
}

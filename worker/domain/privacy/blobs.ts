import type { Env } from "../../env.ts";

/** @returns true when none are left; at most `limit` go at once */
export async function deletePrefix(env: Env, prefix: string, limit: number): Promise<boolean> {
  const { objects, truncated } = await env.BLOBS.list({ prefix, limit });
  if (objects.length > 0) await env.BLOBS.delete(objects.map(({ key }) => key));
  return !truncated;
}

/**
 * Takes a bundle: checks and guards every module, loads it once in the sandbox for its
 * manifest, and only then stores it. A refused bundle changes nothing.
 * @module
 */
import { bundleManifest, type DeploymentRequest } from "../../sdk/schema/manifest.ts";
import type { BundleProblem, PreparedBundle } from "../domain/ports.ts";
import type { Env } from "../env.ts";
import { bundleKey, readManifest, runtimeVersion, sha256, sourcesKey, type StoredBundle } from "./bundles.ts";
import { weave } from "./guard/weave.ts";

const pathForm = /^(?!\/)(?!.*(?:^|\/)\.\.?(?:\/|$))[\w@./+-]+\.m?js$/;

export async function prepareBundle(env: Env, tenant: string, request: DeploymentRequest): Promise<PreparedBundle | { ok: false; problems: BundleProblem[] }> {
  const problems: BundleProblem[] = [];
  const problem = (file: string, message: string, line = 0, column = 0): void => void problems.push({ file, line, column, message });

  if (!(request.main in request.modules)) problem(request.main, "`main` names no module of `modules`");
  const modules: Record<string, string> = {};
  for (const [path, code] of Object.entries(request.modules)) {
    if (!pathForm.test(path)) problem(path, "module paths are relative, without `.` or `..`, and end in .js or .mjs");
    const woven = weave(path, code);
    if (woven.ok) modules[path] = woven.code;
    else problem(path, woven.message, woven.line, woven.column);
  }
  if (problems.length > 0) return { ok: false, problems };

  const bundle = await sha256(JSON.stringify([runtimeVersion, request.main, Object.entries(request.modules).sort()]));
  const code: StoredBundle = { main: request.main, modules };
  let raw: unknown;
  try {
    raw = await readManifest(env.LOADER, tenant, bundle, code);
  } catch (error) {
    problem(request.main, `the bundle cannot be loaded: ${error instanceof Error ? error.message : String(error)}`, ...position(error));
    return { ok: false, problems };
  }
  const manifest = bundleManifest.safeParse(raw);
  if (!manifest.success) {
    for (const issue of manifest.error.issues) problem(request.main, `${issue.path.join(".")}: ${issue.message}`);
    return { ok: false, problems };
  }
  const seen = new Set<string>();
  for (const { id } of manifest.data.workflows) {
    if (seen.has(id)) problem(request.main, `two exports are workflows with the id "${id}"`);
    seen.add(id);
  }
  if (problems.length > 0) return { ok: false, problems };

  const sources = JSON.stringify(request.sources);
  const sourcesAt = sourcesKey(tenant, await sha256(sources));
  await Promise.all([env.BLOBS.put(bundleKey(tenant, bundle), JSON.stringify(code)), env.BLOBS.put(sourcesAt, sources)]);
  return { ok: true, bundle, manifest: manifest.data, stored: { sources: sourcesAt } };
}

/** Line and column of an error thrown while a bundle loaded. */
function position(error: unknown): [number, number] {
  const match = error instanceof Error ? /bundle\/[^\s:]+:(\d+):(\d+)/.exec(error.stack ?? "") : null;
  return match ? [Number(match[1]), Number(match[2])] : [0, 0];
}

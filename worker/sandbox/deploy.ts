/**
 * Takes a bundle: checks and guards every module, loads it once in the sandbox for its
 * manifest, and only then stores it. A refused bundle changes nothing.
 * @module
 */
import { decode } from "@jridgewell/sourcemap-codec";
import { bundleManifest, type DeploymentRequest } from "../../sdk/schema/manifest.ts";
import { mapsKey, type StoredMaps } from "../domain/deployments/maps.ts";
import { findTwins } from "../domain/deployments/twins.ts";
import { unguardedColumn } from "../domain/deployments/places.ts";
import { isLibrary } from "../compile/library.ts";
import type { BundleProblem, PreparedBundle, PrepareOptions } from "../domain/ports.ts";
import type { Env } from "../env.ts";
import { bundleKey, readManifest, runtimeVersion, sha256, sourcesKey, type StoredBundle } from "./bundles.ts";
import { weave, type Woven, type WovenModule } from "./guard/weave.ts";

const pathForm = /^(?!\/)(?!.*(?:^|\/)\.\.?(?:\/|$))[\w@./+-]+\.m?js$/;

/** Libraries of the platform, woven once: zod takes longer than all else of a small deployment. */
const libraries = new Map<string, WovenModule>();

function weaveModule(path: string, code: string): Woven {
  const known = libraries.get(path);
  if (known && isLibrary(path, code)) return known;
  const woven = weave(path, code);
  if (woven.ok && isLibrary(path, code)) libraries.set(path, { ...woven, mappings: () => "" });
  return woven;
}

export async function prepareBundle(env: Env, tenant: string, request: DeploymentRequest, { keep = true }: PrepareOptions = {}): Promise<PreparedBundle | { ok: false; problems: BundleProblem[] }> {
  const problems: BundleProblem[] = [];
  const problem = (file: string, message: string, line = 0, column = 0): void => void problems.push({ file, line, column, message });

  if (!(request.main in request.modules)) problem(request.main, "`main` names no module of `modules`");
  const modules: Record<string, string> = {};
  const guarded = new Map<string, WovenModule>();
  for (const [path, code] of Object.entries(request.modules)) {
    if (!pathForm.test(path)) problem(path, "module paths are relative, without `.` or `..`, and end in .js or .mjs");
    const woven = weaveModule(path, code);
    if (woven.ok) {
      modules[path] = woven.code;
      guarded.set(path, woven);
    } else problem(path, woven.message, woven.line, woven.column);
  }
  if (problems.length > 0) return { ok: false, problems };

  const bundle = await sha256(JSON.stringify([runtimeVersion, request.main, Object.entries(request.modules).sort()]));
  const code: StoredBundle = { main: request.main, modules };
  let raw: unknown;
  try {
    raw = await readManifest(env.LOADER, code);
  } catch (error) {
    const at = position(error, guarded);
    problem(at?.file ?? request.main, `the bundle cannot be loaded: ${reasonOf(error)}`, at?.line, at?.column);
    return { ok: false, problems };
  }
  const manifest = bundleManifest.safeParse(raw);
  if (!manifest.success) {
    for (const issue of manifest.error.issues) problem(request.main, `${issue.path.join(".")}: ${issue.message}`);
    return { ok: false, problems };
  }
  problems.push(...findTwins(manifest.data, request));
  if (problems.length > 0) return { ok: false, problems };

  if (!keep) return { ok: true, bundle, manifest: manifest.data, stored: { sources: "" } };
  const sources = JSON.stringify(request.sources);
  const sourcesAt = sourcesKey(tenant, await sha256(sources));
  const maps = Object.entries(request.maps ?? {}).flatMap(([path, map]) => {
    const woven = guarded.get(path);
    return woven ? [[path, { guard: woven.mappings(), map }] as const] : [];
  });
  await Promise.all([
    env.BLOBS.put(bundleKey(tenant, bundle), JSON.stringify(code)),
    env.BLOBS.put(sourcesAt, sources),
    ...(maps.length > 0 ? [env.BLOBS.put(mapsKey(bundle, sourcesAt), JSON.stringify(Object.fromEntries(maps) satisfies StoredMaps))] : []),
  ]);
  return { ok: true, bundle, manifest: manifest.data, stored: { sources: sourcesAt } };
}

/** What a bundle threw, without what the loader says around it. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^Failed to start Worker:\s*(Uncaught )?/, "").replace(/(\n\s+at [^\n]*)+\s*$/, "").trim();
}

/** Where, in the module that was sent, an error was thrown while a bundle loaded. */
function position(error: unknown, guarded: Map<string, WovenModule>): { file: string; line: number; column: number } | null {
  const match = error instanceof Error ? /bundle\/([^\s:]+):(\d+):(\d+)/.exec(error.stack ?? "") : null;
  if (!match) return null;
  const [file = "", line, column] = [match[1], Number(match[2]), Number(match[3])];
  return { file, line, column: unguardedColumn(decode(guarded.get(file)?.mappings() ?? ""), line, column) };
}

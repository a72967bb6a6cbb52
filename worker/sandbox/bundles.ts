/**
 * Deployed code: guarded, content-addressed, kept in R2, loaded as dynamic workers.
 * @module
 */
import guard from "../../.build/guard.txt";
import runtime from "../../.build/isolate.txt";
import manifestRuntime from "../../.build/manifest.txt";
import type { HostPort, TurnInput, TurnResult } from "../../sdk/schema/journal.ts";
import { doorModules, GUARD_CORE, GUARD_MODULE, guardModule, tenantFlags } from "./guard/modules.ts";

/** One more whenever the runtime or the guard change what a loaded isolate does. */
export const runtimeVersion = 4;

export interface StoredBundle {
  main: string;
  /** Guarded code by path. */
  modules: Record<string, string>;
}

export interface TurnRunner {
  turn(input: TurnInput, host: HostPort): Promise<TurnResult>;
}

export const bundleKey = (tenant: string, bundle: string): string => `bundles/${tenant}/${bundle}.json`;
export const sourcesKey = (tenant: string, digest: string): string => `sources/${tenant}/${digest}.json`;

export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function readBundle(blobs: R2Bucket, tenant: string, bundle: string): Promise<StoredBundle> {
  const stored = await blobs.get(bundleKey(tenant, bundle));
  if (!stored) throw new Error(`bundle ${bundle.slice(0, 12)} is not in storage`);
  return stored.json<StoredBundle>();
}

function workerCode(code: StoredBundle, factory: { name: string; text: string; make: string; options?: object }, outbound: Fetcher | null): WorkerLoaderWorkerCode {
  const modules: Record<string, { js: string }> = {
    // The runtime first: it has to prepare the globals before the bundle runs.
    "main.js": { js: `import { ${factory.make} } from "./runtime.js";\nimport * as bundle from "./bundle/${code.main}";\nexport const ${factory.name} = ${factory.make}(bundle, ${JSON.stringify(factory.options ?? {})});\n` },
    "runtime.js": { js: factory.text },
    [GUARD_CORE]: { js: guard },
    // Woven code names these from the bundle's folder, however deep it lies itself.
    [`bundle/${GUARD_MODULE}`]: { js: guardModule(`../${GUARD_CORE}`) },
  };
  for (const [name, text] of Object.entries(doorModules(`../${GUARD_CORE}`))) modules[`bundle/${name}`] = { js: text };
  for (const [path, text] of Object.entries(code.modules)) modules[`bundle/${path}`] = { js: text };
  return {
    compatibilityDate: "2026-10-01",
    compatibilityFlags: ["nodejs_compat", ...tenantFlags],
    mainModule: "main.js",
    modules,
    env: {},
    globalOutbound: outbound,
    limits: { cpuMs: 30_000, subRequests: 1_000 },
  };
}

/** The isolate of (tenant, bundle): loaded on first use, then shared by all its executions. */
export function loadRuntime(loader: WorkerLoader, blobs: R2Bucket, egress: (tenant: string) => Fetcher, tenant: string, bundle: string): TurnRunner {
  const worker = loader.get(`${tenant}:${bundle}:${runtimeVersion}`, async () => {
    const code = await readBundle(blobs, tenant, bundle);
    return workerCode(code, { name: "Runtime", text: runtime, make: "makeRuntime", options: { asksVariables: asksVariables(code) } }, egress(tenant));
  });
  return worker.getEntrypoint("Runtime") as unknown as TurnRunner;
}

/** Whether any of it says `vars` or `secrets`: nothing else gets at them, and looking them up costs time. */
function asksVariables({ modules }: StoredBundle): boolean {
  return Object.values(modules).some((text) => /\b(vars|secrets)\b/.test(text));
}

/**
 * Loads code that is not deployed yet, without any network, to ask what it holds. The isolate
 * has no name, so that it goes when it has answered: drafts are looked at with every change.
 */
export async function readManifest(loader: WorkerLoader, code: StoredBundle): Promise<unknown> {
  const worker = loader.load(workerCode(code, { name: "Manifest", text: manifestRuntime, make: "makeManifest" }, null));
  const entrypoint = worker.getEntrypoint("Manifest") as unknown as { manifest(): Promise<unknown> };
  return entrypoint.manifest();
}

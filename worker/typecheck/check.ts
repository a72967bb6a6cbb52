/**
 * Checks types where requests are answered. The compiler runs in a dynamic worker of its own:
 * whatever a source does to it, this Worker goes on.
 * @module
 */
import id from "../../.build/typecheck-id.txt";
import type { Diagnostic } from "../../sdk/schema/diagnostic.ts";
import type { Env } from "../env.ts";
import type { TypeCheckEntrypoint } from "./contract.ts";

export type TypeCheck = { available: true; diagnostics: Diagnostic[] } | { available: false; why: string };

export const mostCharacters = 512 * 1024;
export const mostFiles = 200;
const timeLimitMs = 15_000;

/**
 * Never throws: without a compiler, or when it finds no end, it says why.
 * @param files by path; `everstep-env.d.ts` of `tenantTypes` among them has the tenant's own fields known
 */
export async function checkTypes({ LOADER }: Pick<Env, "LOADER">, files: Readonly<Record<string, string>>): Promise<TypeCheck> {
  const texts = Object.values(files);
  if (texts.length > mostFiles) return { available: false, why: `types are checked of ${mostFiles} files at most` };
  if (texts.reduce((sum, text) => sum + text.length, 0) > mostCharacters) return { available: false, why: `types are checked of ${mostCharacters / 1024} KiB of source at most` };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<TypeCheck>((resolve) => {
    timer = setTimeout(() => resolve({ available: false, why: `the compiler did not answer within ${timeLimitMs / 1000} seconds` }), timeLimitMs);
  });
  try {
    return await Promise.race([asked(LOADER, files), late]);
  } catch (error) {
    return { available: false, why: `the compiler could not be run: ${error instanceof Error ? error.message : String(error)}` };
  } finally {
    clearTimeout(timer);
  }
}

async function asked(loader: WorkerLoader, files: Readonly<Record<string, string>>): Promise<TypeCheck> {
  const worker = loader.get(`typecheck:${id}`, checkerCode);
  const checker = worker.getEntrypoint("TypeCheck") as unknown as TypeCheckEntrypoint;
  const reply = await checker.check(files);
  return reply.ok ? { available: true, diagnostics: reply.diagnostics } : { available: false, why: reply.why };
}

/** Four megabytes that most requests have no use for: read when the first check comes. */
async function checkerCode(): Promise<WorkerLoaderWorkerCode> {
  const [main, compiler, libraries] = await Promise.all([import("../../.build/typecheck.txt"), import("../../.build/typescript.txt"), import("../../.build/typelibs.txt")]);
  return {
    compatibilityDate: "2026-10-01",
    mainModule: "main.js",
    modules: {
      "main.js": { js: main.default },
      "everstep:typescript": { js: compiler.default },
      "everstep:libraries": { js: `export default JSON.parse(${JSON.stringify(libraries.default)});` },
    },
    env: {},
    globalOutbound: null,
    limits: { cpuMs: 10_000, subRequests: 0 },
  };
}

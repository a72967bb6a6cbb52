// The type checker as the Worker loads it: the compiler, what it knows, and what answers.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { build } from "esbuild";
import { typeLibraries } from "./typelibs.mjs";

const compiler = createRequire(import.meta.url).resolve("typescript-js");

/**
 * The clock stands still while a Worker computes, so that no time limit could end a check: types
 * that grow without end are stopped by counting. Who sets no limit notices nothing.
 */
const counted = {
  name: "counted",
  setup: ({ onLoad }) =>
    onLoad({ filter: /typescript\.js$/ }, ({ path }) => {
      const parts = readFileSync(path, "utf8").split("totalInstantiationCount++;");
      if (parts.length !== 2) throw new Error("TypeScript counts instantiations elsewhere by now: look at tools/typecheck.mjs");
      return { contents: parts.join("if (totalInstantiationCount++ > (globalThis.everstepTypeBudget ?? Infinity)) throw new OperationCanceledException();") };
    }),
};

const common = { bundle: true, format: "esm", target: "esnext", legalComments: "none", logLevel: "warning" };

/** Writes .build/typescript.txt, typelibs.txt (JSON), typecheck.txt and typecheck-id.txt. Wants sdk/dist. */
export async function buildTypeCheck(root) {
  const file = (name) => join(root, ".build", `${name}.txt`);
  await build({ ...common, stdin: { contents: `export { default } from ${JSON.stringify(compiler)};`, resolveDir: root }, outfile: file("typescript"), minify: true, platform: "browser", define: { "process.browser": "true" }, external: ["fs", "path", "os", "inspector", "perf_hooks", "crypto", "source-map-support"], plugins: [counted] });
  await build({ ...common, entryPoints: [join(root, "worker/typecheck/isolate/main.ts")], outfile: file("typecheck"), external: ["cloudflare:*", "everstep:*"] });
  writeFileSync(file("typelibs"), JSON.stringify(typeLibraries(root)));
  // Another checker is another isolate.
  const id = createHash("sha256");
  for (const name of ["typescript", "typelibs", "typecheck"]) id.update(readFileSync(file(name)));
  writeFileSync(file("typecheck-id"), id.digest("hex").slice(0, 32));
}

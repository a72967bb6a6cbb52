// Builds what the sources need before they run: the sandbox's runtime as one text module, the
// commonest passwords as another, and the everstep package (JavaScript and declarations).
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildTemplates } from "./templates.mjs";
import { buildTypeCheck } from "./typecheck.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
mkdirSync(join(root, ".build"), { recursive: true });

const texts = {
  isolate: "worker/sandbox/isolate/main.ts",
  manifest: "worker/sandbox/isolate/manifest.ts",
  guard: "worker/sandbox/guard/prelude.ts",
};
for (const [name, entry] of Object.entries(texts)) {
  await build({
    entryPoints: [join(root, entry)],
    outfile: join(root, `.build/${name}.txt`),
    bundle: true,
    format: "esm",
    target: "esnext",
    external: ["cloudflare:*", "node:*", "everstep:*"],
    logLevel: "warning",
  });
}

// What workflows that are compiled at the edge import: modules beside theirs. Of zod's messages
// English alone, as when the command line bundles (sdk/cli/bundle/zod-locales.ts).
const english = { name: "english", setup: ({ onLoad }) => onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: 'export { default as en } from "./en.js";' })) };
const libraries = { everstep: { entryPoints: [join(root, "sdk/authoring/index.ts")], external: ["zod"] }, zod: { stdin: { contents: 'export * from "zod"; export { default } from "zod";', resolveDir: root }, plugins: [english] } };
for (const [name, options] of Object.entries(libraries)) {
  await build({
    ...options,
    outfile: join(root, `.build/library-${name}.txt`),
    bundle: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    mainFields: ["module", "main"],
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
  });
}

const require = createRequire(import.meta.url);

// The commonest, and of the rarer ones those that are long enough to be chosen here.
const known = JSON.parse(readFileSync(join(dirname(dirname(require.resolve("@zxcvbn-ts/language-common"))), "src/passwords.json"), "utf8"));
const common = known.filter((password, rank) => rank < 10_000 || password.length >= 12);
writeFileSync(join(root, ".build/common-passwords.txt"), common.join("\n"));

const tsc = join(dirname(require.resolve("typescript/package.json")), "bin/tsc");
execFileSync(process.execPath, [tsc, "-p", join(root, "sdk/tsconfig.json")], { stdio: "inherit" });

// Parsed by the package that was just built.
await buildTemplates(root);

// Of the package's declarations, so after them.
await buildTypeCheck(root);

// `npm test`: everything that must hold, in order of cost; stops at the first failure.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (path) => join(root, "node_modules", path);
const vitest = bin("vitest/vitest.mjs");
const tsc = bin("typescript/bin/tsc");

/** These start servers of their own, kill them, or measure what others are kept waiting: one file at a time. */
const alone = ["chaos", "e2e", "fairness", "hostile", "import", "local", "observability", "package", "webhooks"];
const folders = readdirSync(join(root, "test"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
const underTest = (names) => names.map((name) => `test/${name}/`);
const others = ["db/", "durable-objects/", "sdk/", "tools/", "worker/", ...underTest(folders.map(({ name }) => name).filter((name) => !alone.includes(name)))];

/** Each part: its name, and the Node programs it runs. */
const parts = [
  ["build", [["tools/build.mjs"]]],
  ["lint", [[bin("oxlint/bin/oxlint"), "--deny-warnings"]]],
  ["types", [[tsc, "-p", "tsconfig.json"], [tsc, "-p", "sdk/tsconfig.json", "--noEmit"]]],
  ["tests", [[vitest, "run", `--maxWorkers=${Math.min(4, availableParallelism())}`, ...others]]],
  ["tests that want the machine for themselves", [[vitest, "run", "--maxWorkers=1", ...underTest(alone)]]],
];

const header = (text) => console.log(process.stdout.isTTY ? `\n\u001b[1m${text}\u001b[0m` : `\n${text}`);
const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

const began = Date.now();
for (const [index, [name, programs]] of parts.entries()) {
  header(`── ${name} (${index + 1} of ${parts.length}) ${"─".repeat(Math.max(0, 60 - name.length))}`);
  const since = Date.now();
  for (const args of programs) {
    const { status, signal, error } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
    if (status === 0) continue;
    header(`✗ ${name} failed after ${seconds(since)}${signal ? ` (${signal})` : ""}${error ? ` (${error.message})` : ""}`);
    process.exit(typeof status === "number" ? status : 1);
  }
  console.log(`✓ ${name} ${seconds(since)}`);
}
header(`✓ All of it holds (${seconds(began)})`);

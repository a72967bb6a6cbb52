/** What `wrangler deploy` would send, without an account, credentials or a network. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { finish, type Finished, repository } from "../local/server.ts";
import { readBindings } from "./bindings.ts";

/** Workers Paid, compressed. */
const largestBytes = 10_000_000;
const home = mkdtempSync(join(tmpdir(), "everstep-deploy-"));
const out = join(home, "out");
let deploy: Finished;

beforeAll(async () => {
  const wrangler = join(dirname(createRequire(import.meta.url).resolve("wrangler/package.json")), "bin/wrangler.js");
  // A proxy that is not there: whoever asked the network would fail.
  const nowhere = "http://127.0.0.1:9";
  deploy = await finish(
    spawn(process.execPath, [wrangler, "deploy", "--dry-run", "--outdir", out, "--config", join(repository, "wrangler.toml")], {
      cwd: repository,
      env: { PATH: process.env["PATH"] ?? "", HOME: home, XDG_CONFIG_HOME: home, CI: "1", NO_COLOR: "1", WRANGLER_SEND_METRICS: "false", WRANGLER_SEND_ERROR_REPORTS: "false", HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere, http_proxy: nowhere, https_proxy: nowhere },
    }),
  );
}, 120_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));

test("wrangler deploy --dry-run succeeds without credentials or a network", () => {
  expect(deploy, deploy.stdout + deploy.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining("--dry-run: exiting now") });
});

test("the Worker is well below the largest size", () => {
  const files = readdirSync(out).filter((name) => !/\.map$|^README/.test(name));
  const bytes = files.reduce((sum, name) => sum + gzipSync(readFileSync(join(out, name))).length, 0);
  console.log(`The Worker: ${(bytes / 1024).toFixed(0)} KiB compressed of ${(largestBytes / 1024).toFixed(0)}; ${/Total Upload.*/.exec(deploy.stdout)?.[0]}`);
  expect(bytes).toBeGreaterThan(100_000);
  expect(bytes).toBeLessThan(largestBytes);
});

test("every binding of wrangler.toml is in what would be sent", () => {
  for (const { name, kind } of readBindings()) expect(deploy.stdout).toMatch(new RegExp(`env\\.${name}\\b.*${kind}`));
});

test("every class of objects is exported and made by a migration, and no other", async () => {
  const classes = readBindings().flatMap(({ className }) => (className ? [className] : []));
  const text = readFileSync(join(repository, "wrangler.toml"), "utf8");
  const migrated = [...text.matchAll(/^new_sqlite_classes = \[(.*)\]/gm)].flatMap(([, list = ""]) => [...list.matchAll(/"(\w+)"/g)].map(([, name]) => name));
  expect([...migrated].sort()).toEqual([...classes].sort());
  // Names alone: the module cannot run outside of workerd.
  const code = readFileSync(join(out, "index.js"), "utf8");
  const exported = [...code.matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, list = ""]) => list.split(",").map((one) => one.trim().split(" as ").at(-1)));
  expect(exported, pathToFileURL(out).href).toEqual(expect.arrayContaining(["default", "Egress", ...classes]));
});

/** docs/adding-an-entity.md, done as it says in a copy of the sources, and the entity used over HTTP. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { repository } from "../local/server.ts";
import { type Server, startServer } from "../support/server.ts";

const copied = ["bench", "db", "durable-objects", "migrations", "sdk", "tools", "worker", "workflows", "drizzle.config.ts", "package.json", "tsconfig.json", "wrangler.toml"];
const guide = readFileSync(join(repository, "docs/adding-an-entity.md"), "utf8");

let root = "";
let server: Server | undefined;

const bin = (path: string, ...args: string[]) => execFileSync(process.execPath, [join(root, "node_modules", path), ...args], { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

/** Code blocks that say which file they are, or what is to be changed in one. */
function follow(): void {
  for (const [, verb, path = "", code = ""] of guide.matchAll(/```ts (file|edit)=(\S+)\n([\s\S]*?)```/g)) {
    const file = join(root, path);
    if (verb === "file") {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, code);
      continue;
    }
    const lines = code.trimEnd().split("\n");
    const before = lines.filter((line) => !line.startsWith("+")).map((line) => line.replace(/^-/, "")).join("\n");
    const after = lines.filter((line) => !line.startsWith("-")).map((line) => line.replace(/^\+/, "")).join("\n");
    const text = readFileSync(file, "utf8");
    expect(text, `${path} has no longer what the guide changes`).toContain(before);
    writeFileSync(file, text.replace(before, after));
  }
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "everstep-entity-"));
  for (const name of copied) cpSync(join(repository, name), join(root, name), { recursive: true });
  // A folder of its own, so that the package in it is the copy's.
  mkdirSync(join(root, "node_modules"));
  for (const name of readdirSync(join(repository, "node_modules"))) if (name !== "everstep") symlinkSync(join(repository, "node_modules", name), join(root, "node_modules", name));
  symlinkSync(join(root, "sdk"), join(root, "node_modules/everstep"));
  follow();
  bin("drizzle-kit/bin.cjs", "generate", "--name", "products");
  execFileSync(process.execPath, [join(root, "tools/build.mjs")], { cwd: root });
  server = await startServer({ sources: root });
}, 120_000);

afterAll(async () => {
  await server?.stop();
  rmSync(root, { recursive: true, force: true });
});

it("makes a migration that makes the table, and nothing else", () => {
  const migration = readdirSync(join(root, "migrations")).find((name) => name.endsWith("_products.sql")) ?? "";
  const statements = readFileSync(join(root, "migrations", migration), "utf8").split("--> statement-breakpoint");
  expect(statements.map((one) => /`(\w+)`/.exec(one)?.[1]).filter((name) => !name?.startsWith("products"))).toEqual([]);
});

it("compiles", () => {
  bin("typescript/bin/tsc", "-p", "tsconfig.json");
}, 120_000);

it("gives routes with checks, search, permissions, events and history", async () => {
  const api = server?.api;
  if (!api) throw new Error("there is no server");
  const made = await api.expect(api.post<Record<string, unknown>>("/products", { name: "Walking boots", sku: "WB-1", price: 12_900 }), 201);
  expect(made).toMatchObject({ name: "Walking boots", kind: "good", price: 12_900, currency: "EUR", stock: 0, version: 1 });
  const seen = (path: string) => api.expect(api.get<object>(path), 200);
  expect(await seen("/products?q=boot&sort=-price")).toMatchObject({ data: [{ sku: "WB-1" }] });
  expect(await seen(`/products/${String(made["id"])}/history`)).toMatchObject({ data: [{ action: "product.create" }] });
  expect(await seen("/events?type=product.created")).toMatchObject({ data: [{ type: "product.created" }] });
  expect(JSON.stringify(await seen("/permissions"))).toContain("products.write");
  expect(JSON.stringify(await seen("/openapi.json"))).toContain("listProducts");
});

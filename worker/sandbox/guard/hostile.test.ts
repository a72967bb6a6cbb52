import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { doorModules, GUARD_CORE, GUARD_MODULE, guardModule, tenantFlags, v8Flags } from "./modules.ts";
import { weave } from "./weave.ts";

/** The least of a host: loads what it is sent as a worker of its own and asks it. */
const host = `export default {
  async fetch(request, env) {
    const { id, modules } = await request.json();
    const worker = env.LOADER.get(id, () => ({
      compatibilityDate: "2026-10-01", compatibilityFlags: ${JSON.stringify(["nodejs_compat", ...tenantFlags])},
      mainModule: "main.js", modules, env: {}, globalOutbound: null,
    }));
    try { return await worker.getEntrypoint().fetch("http://turn/") } catch (error) { return new Response(String(error)) }
  },
}`;

/** The least of a runtime: one account a turn; the turn ends when the account does. */
const runtime = `import { configure, createAccount } from "${GUARD_CORE}";
import * as tenant from "./tenant/index.js";
import { AsyncLocalStorage } from "node:async_hooks";
const turns = new AsyncLocalStorage();
configure({ current: () => turns.getStore() ?? null });
export default {
  async fetch() {
    try {
      return new Response(String(await new Promise((resolve, reject) => {
        turns.run(createAccount(reject), async () => tenant.default()).then(resolve, reject);
      })));
    } catch (error) { return new Response(error.name + " " + error.code + " " + error.message) }
  },
}`;

let server: Miniflare;
let core: string;
let loaded = 0;

beforeAll(async () => {
  const bundle = await build({ entryPoints: [new URL("prelude.ts", import.meta.url).pathname], bundle: true, format: "esm", target: "es2024", write: false, external: ["node:*"] });
  core = bundle.outputFiles[0]?.text ?? "";
  process.env["MINIFLARE_WORKERD_V8_FLAGS"] = v8Flags.join(" ");
  server = new Miniflare(
    convertV4MiniflareOptions({ modules: true, script: host, compatibilityDate: "2026-10-01", compatibilityFlags: ["nodejs_compat"], workerLoaders: { LOADER: {} } }),
  );
  expect(await turn("good", "export default () => 'alive'")).toBe("alive");
});
afterAll(() => server.dispose());

const doors = Object.fromEntries(Object.entries(doorModules()).map(([name, js]) => [name, { js }]));

async function turn(id: string, code: string): Promise<string> {
  const woven = weave("index.js", code, { mount: "tenant" });
  if (!woven.ok) return `refused: ${woven.message}`;
  const modules = { "main.js": runtime, [GUARD_CORE]: { js: core }, [GUARD_MODULE]: { js: guardModule() }, ...doors, "tenant/index.js": woven.code };
  const response = await server.dispatchFetch("http://host/", { method: "POST", body: JSON.stringify({ id, modules }) });
  return response.text();
}

const attacks: [title: string, code: string, end: RegExp][] = [
  ["an endless loop", "export default () => { for (;;); }", /^LimitExceeded cpu-limit/],
  ["an endless loop that catches everything", "export default () => { while (true) { try { for (;;); } catch {} finally { continue } } }", /^LimitExceeded cpu-limit/],
  ["an endless loop of awaits", "export default async () => { while (await true); }", /^LimitExceeded cpu-limit/],
  ["an endless chain of promises", "export default () => new Promise(() => { const f = () => Promise.resolve().then(f); f() })", /^LimitExceeded (memory|cpu)-limit/],
  ["an endless loop while loading", "for (;;); export default 1", /LimitExceeded/],
  ["endless recursion", "const f = () => f() + 1; export default f", /^RangeError .*Maximum call stack/],
  ["2 GB at once", "export default () => new Uint8Array(2 ** 31)", /^LimitExceeded memory-limit/],
  ["2 GB at once by way of Node's Buffer", "export default () => Buffer.alloc(2 ** 31)", /^LimitExceeded memory-limit/],
  ["many small buffers that are kept", "export default () => { const a = []; for (;;) a.push(new Uint8Array(1e6)) }", /^LimitExceeded memory-limit/],
  ["an array that grows for ever", "export default () => { const a = []; for (let i = 0; ; i++) a.push({ i }) }", /^LimitExceeded (memory|cpu)-limit/],
  ["strings that double and are kept", "export default () => { const a = []; for (let s = 'x'; ; ) a.push((s += s)) }", /^LimitExceeded memory-limit/],
  ["large strings that are copied and kept", "export default () => { const a = [], s = 'x'.repeat(9e5); for (let i = 0; ; i++) a.push((s + i).toUpperCase()) }", /^LimitExceeded memory-limit/],
  ["an array that doubles", "export default () => { for (let a = [1]; ; ) a = [...a, ...a] }", /^(LimitExceeded memory-limit|RangeError)/],
  ["a regular expression that backtracks for ever", "export default () => /^(a+)+$/.test('a'.repeat(50) + '!')", /^false/],
  ["one that the linear engine does not know", "export default () => /^(a+)+$/i.test('a'.repeat(50) + '!')", /^refused: the regular expression/],
  ["one that is made at run time", "export default () => new RegExp('^(a+)+$', 'i').test('a'.repeat(50) + '!')", /^LimitExceeded regex-limit/],
  ["one that is made from a string by match", "export default () => ('a'.repeat(50) + '!').match('^(a+)+\\\\1$')", /^LimitExceeded regex-limit/],
  ["code from strings while loading", "export default new Function('return () => { for (;;); }')()", /EvalError/],
  ["the budget's own controls", "import '../everstep:guard-core'; export default 1", /^refused: .*points outside|^refused: .*character/],
];

describe("hostile code ends, and its neighbours go on", () => {
  it.each(attacks)("%s", { timeout: 30_000 }, async (_title, code, end) => {
    expect(await turn(`attack-${++loaded}`, code)).toMatch(end);
    expect(await turn("good", "")).toBe("alive");
  });

  it("an execution that was ended leaves others of its own bundle alone", { timeout: 30_000 }, async () => {
    const code = "let calls = 0; export default () => { if (calls++ === 0) for (;;); return 'second' }";
    expect(await turn("own", code)).toMatch(/^LimitExceeded cpu-limit/);
    expect(await turn("own", code)).toBe("second");
  });
});

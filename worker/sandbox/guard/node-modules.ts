/**
 * Which of Node's modules tenant code has: those that compute and those whose network is the
 * guarded one. Not those that hand out modules (`module`), run code (`vm`, `repl`) or begin
 * processes and threads.
 * @module
 */
import { hidden } from "./modules.ts";

const open = new Set([
  "_http_agent", "_http_client", "_http_common", "_http_incoming", "_http_outgoing", "_http_server", "_stream_duplex", "_stream_passthrough", "_stream_readable", "_stream_transform", "_stream_wrap", "_stream_writable", "_tls_common", "_tls_wrap",
  "assert", "async_hooks", "buffer", "console", "constants", "crypto", "dgram", "diagnostics_channel", "dns", "domain", "events", "fs", "http", "http2", "https", "net", "os", "path", "perf_hooks", "process", "punycode", "querystring", "readline",
  "sqlite", "stream", "string_decoder", "sys", "test", "timers", "tls", "trace_events", "tty", "url", "util", "v8", "wasi", "zlib",
]);

/** @param specifier with or without `node:` */
export function isOpenNodeModule(specifier: string): boolean {
  const [name = ""] = specifier.replace(/^node:/, "").split("/");
  return open.has(name);
}

type Hand = (id: string) => unknown;

/**
 * Lets `process.getBuiltinModule` hand out what an import may name, and nothing else, and puts
 * guarded classes into the modules that have them too. Run it before tenant code.
 */
export function guardModules(scope: Record<string, unknown>): void {
  const process = scope["process"] as { getBuiltinModule?: Hand } | undefined;
  if (!process?.getBuiltinModule) return;
  const hand = process.getBuiltinModule.bind(process);
  const { call } = Function.prototype;
  const has = call.bind(Set.prototype.has, open) as (name: string) => boolean;
  const matches = call.bind(RegExp.prototype.exec, /^(?:node:)?([a-z0-9_]+)(?:\/[a-z]+)?$/) as (text: string) => string[] | null;
  const getBuiltinModule = (id: string): unknown => {
    const name = typeof id === "string" ? matches(id)?.[1] : undefined;
    return name !== undefined && has(name) ? hand(id) : undefined;
  };
  Object.defineProperty(process, "getBuiltinModule", { value: getBuiltinModule, writable: false, enumerable: true, configurable: false });
  for (const [name, exports] of Object.entries(hidden)) {
    const module = hand(`node:${name}`) as object;
    for (const key of exports) if (key in scope) Object.defineProperty(module, key, { value: scope[key], writable: true, enumerable: true, configurable: true });
  }
}

/**
 * Which of Node's modules tenant code has: those that compute and those whose network is the
 * guarded one. Not those that hand out modules (`module`), run code (`vm`, `repl`) or begin
 * processes and threads.
 * @module
 */
export const openModules: ReadonlySet<string> = new Set([
  "_http_agent", "_http_client", "_http_common", "_http_incoming", "_http_outgoing", "_http_server", "_stream_duplex", "_stream_passthrough", "_stream_readable", "_stream_transform", "_stream_wrap", "_stream_writable", "_tls_common", "_tls_wrap",
  "assert", "async_hooks", "buffer", "console", "constants", "crypto", "dgram", "diagnostics_channel", "dns", "domain", "events", "fs", "http", "http2", "https", "net", "os", "path", "perf_hooks", "process", "punycode", "querystring", "readline",
  "sqlite", "stream", "string_decoder", "sys", "test", "timers", "tls", "trace_events", "tty", "url", "util", "v8", "wasi", "zlib",
]);

/** @param specifier with or without `node:` */
export function isOpenNodeModule(specifier: string): boolean {
  const [name = ""] = specifier.replace(/^node:/, "").split("/");
  return openModules.has(name);
}

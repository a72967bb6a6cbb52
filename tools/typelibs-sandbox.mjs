// Declarations of what a workflow finds in its sandbox besides the language: taken from those of
// the Workers runtime, as far as they are reached from the names below.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import ts from "typescript-js";

const source = join(dirname(createRequire(import.meta.url).resolve("@cloudflare/workers-types/package.json")), "index.d.ts");

const globals = [
  "console", "fetch", "Headers", "Request", "Response", "FormData", "Blob", "File", "URL", "URLSearchParams", "URLPattern", "crypto", "TextEncoder", "TextDecoder", "atob", "btoa",
  "structuredClone", "queueMicrotask", "setTimeout", "clearTimeout", "setInterval", "clearInterval", "AbortController", "AbortSignal", "performance", "DOMException", "Event", "EventTarget",
  "ReadableStream", "WritableStream", "TransformStream", "CompressionStream", "DecompressionStream", "TextEncoderStream", "TextDecoderStream",
];
/** Of `cloudflare:workers`: what workflows as classes are written with. */
const classForm = /^Workflow/;
/** Reached and of no use in here: declared as empty. */
const left = new Set(["Cloudflare", "CfProperties", "IncomingRequestCfProperties", "RequestInitCfProperties", "Fetcher", "WebSocket", "Socket", "ExecutionContext", "PerformanceNodeTiming", "EventCounts"]);

/** Those of Node are there, unchecked; of its globals what is used most. */
const rest = `
declare module "node:*";
/** Classes written for another place name its bindings; none of them is here. */
interface Env {}
declare const process: { readonly env: Readonly<Record<string, string | undefined>> };
interface Buffer extends Uint8Array<ArrayBuffer> { toString(encoding?: string): string; equals(other: Uint8Array): boolean; }
declare const Buffer: { from(value: string | ArrayBuffer | readonly number[] | Uint8Array, encoding?: string): Buffer; alloc(size: number): Buffer; concat(list: readonly Uint8Array[]): Buffer; byteLength(value: string, encoding?: string): number; isBuffer(value: unknown): value is Buffer };
`;

export function sandboxDeclarations() {
  const file = ts.createSourceFile("workers.d.ts", readFileSync(source, "utf8"), ts.ScriptTarget.ES2024, true);
  const printer = ts.createPrinter({ removeComments: true });
  const declared = Map.groupBy(file.statements.flatMap((statement) => namesOf(statement).map((name) => [name, statement])), ([name]) => name);
  const wanted = new Set();
  const pieces = new Set();
  const empty = new Map();

  const reach = (node) => {
    if (ts.isIdentifier(node)) want(node.text, node);
    ts.forEachChild(node, reach);
  };
  const want = (name) => {
    if (wanted.has(name) || !declared.has(name)) return;
    wanted.add(name);
    for (const [, statement] of declared.get(name)) {
      if (left.has(name)) empty.set(name, Math.max(empty.get(name) ?? 0, statement.typeParameters?.length ?? 0));
      else if (!pieces.has(statement)) {
        pieces.add(statement);
        reach(statement);
      }
    }
  };

  for (const name of globals) {
    if (!declared.has(name)) throw new Error(`@cloudflare/workers-types declares no ${name}: look at tools/typelibs-sandbox.mjs`);
    want(name);
  }
  const [[, workers]] = declared.get("CloudflareWorkersModule");
  const [[, workflows]] = declared.get("cloudflare:workflows");
  const classes = workers.body.statements.filter((statement) => namesOf(statement).some((name) => classForm.test(name)));
  for (const statement of [...classes, workflows]) reach(statement);
  pieces.delete(workers);

  const print = (node) => printer.printNode(ts.EmitHint.Unspecified, node, file);
  const parameters = (count) => (count === 0 ? "" : `<${Array.from({ length: count }, (_, index) => `T${index} = unknown`).join(", ")}>`);
  return [
    ...[...pieces].filter((statement) => statement !== workflows).map(print),
    ...Array.from(empty, ([name, count]) => (name === "Cloudflare" ? "declare namespace Cloudflare { interface Env {} interface Exports {} }" : `interface ${name}${parameters(count)} {}`)),
    `declare module "cloudflare:workers" {\n${classes.map(print).join("\n")}\n}`,
    print(workflows),
    rest,
  ].join("\n");
}

function namesOf(statement) {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map(({ name }) => name.text);
  return statement.name === undefined ? [] : [statement.name.text];
}

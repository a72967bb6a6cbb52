/**
 * Generated programs as text.
 * @module
 */
import type { Call, Item } from "./program-items.ts";

export interface Style {
  unit: string;
  eol: string;
  quote: '"' | "'";
  semicolons: boolean;
  trailingComma: boolean;
  form: "destructured" | "context" | "function" | "class" | "named";
  elseOnOwnLine: boolean;
  compact: boolean;
  tail: string;
}

interface Printing {
  style: Style;
  step: string;
  count: number;
  /** Variables in scope: what may be read. */
  scope: string[];
  lets: string[];
}

export function printProgram(style: Style, body: Item[]): string {
  const step = style.form === "context" ? "ctx.step" : "step";
  const to: Printing = { style, step, count: 0, scope: ["input"], lets: [] };
  const { quote: q, semicolons, unit } = style;
  const stop = semicolons ? ";" : "";
  const lines = [`import { actions, crm, on, workflow } from ${q}everstep${q}${stop}`, "", "/* Helper. */", `async function helper(step, given) {`, `${unit}return step.do(${q}help${q}, async () => given)${stop}`, "}", ""];
  const options = [`id: ${q}made${q}`, `title: ${q}Made${q}`, `on: [on.manual(), on.event(${q}lead.created${q})]`];
  const declared = style.compact ? [`{ ${options.join(", ")} }`] : ["{", ...options.map((one, index) => unit + one + (index < options.length - 1 || style.trailingComma ? "," : "")), "}"];
  if (style.form === "class") {
    lines[0] += `\nimport { WorkflowEntrypoint } from ${q}cloudflare:workers${q}${stop}`;
    lines.push("export class Made extends WorkflowEntrypoint {", `${unit}async run(event, step) {`, ...["const input = event.payload" + stop, ...print(to, body)].map((line) => indented(unit + unit, line)), `${unit}}`, "}");
  } else {
    const head = style.form === "context" ? "async (ctx) => {" : style.form === "function" ? "async function ({ input, step }) {" : "async ({ input, step }) => {";
    const inner = style.form === "context" ? ["const { input } = ctx" + stop] : [];
    const text = [`${style.form === "named" ? "export const made =" : "export default"} workflow(${declared.join("\n")}, ${head}`, ...[...inner, ...print(to, body)].map((line) => indented(unit, line)), `})${stop}`];
    lines.push(...text);
  }
  return (lines.join("\n") + style.tail).replaceAll("\0", "").replaceAll("\n", style.eol);
}

/** Lines of a string (`\0`) stay where they are. */
const indented = (unit: string, line: string): string => (line === "" || line.startsWith("\0") ? line : unit + line);

function print(to: Printing, list: readonly Item[]): string[] {
  const scope = [...to.scope];
  const lets = [...to.lets];
  const lines: string[] = [];
  for (const item of list) {
    const [first = "", ...rest] = statement(to, item);
    const joins = item.joined && to.style.semicolons && lines.length > 0 && (lines.at(-1) ?? "").endsWith(";") && !(lines.at(-1) ?? "").includes("//") && !(lines.at(-1) ?? "").startsWith("\0") && !first.startsWith("//") && !first.startsWith("\0");
    if (joins) lines.push(`${lines.pop() ?? ""} ${first}`, ...rest);
    else lines.push(...comment(to, item), first + (item.comment === "behind" && rest.length === 0 ? ` // behind ${to.count++}` : ""), ...rest);
    if (item.blank) lines.push("");
  }
  to.scope = scope;
  to.lets = lets;
  return lines;
}

function comment(to: Printing, { comment }: Item): string[] {
  const number = to.count++;
  return { none: [], behind: [], line: [`// note ${number}`, "//   and more"], block: [`/* note ${number} */`], doc: ["/**", ` * note ${number}`, " */"], apart: [`// apart ${number}`, ""] }[comment];
}

const fresh = (to: Printing, prefix = "v"): string => `${prefix}${++to.count}`;
const some = (to: Printing): string => to.scope[to.count++ % to.scope.length] ?? "input";

function made(to: Printing, name: string): string {
  to.scope.push(name);
  return name;
}

function block(to: Printing, list: readonly Item[], more: readonly string[] = []): string[] {
  return [...print(to, list), ...more].map((line) => indented(to.style.unit, line));
}

function statement(to: Printing, item: Item): string[] {
  const stop = to.style.semicolons ? ";" : "";
  const { elseOnOwnLine, trailingComma } = to.style;
  const chain = (parts: string[][]): string[] => parts.reduce((all, part) => (all.length === 0 ? part : elseOnOwnLine ? [...all, ...part] : [...all.slice(0, -1), `${all.at(-1) ?? ""} ${part[0] ?? ""}`, ...part.slice(1)]), []);
  const name = (): string => fresh(to);
  switch (item.kind) {
    case "call": {
      const lines = call(to, item.call);
      const wrap = (before: string): string[] => [before + (lines[0] ?? ""), ...lines.slice(1, -1), ...(lines.length > 1 ? [lines.at(-1) ?? ""] : [])].map((line, index, all) => (index === all.length - 1 ? line + stop : line));
      if (item.use === "return") return wrap("return await ");
      if (item.use === "none") return wrap("await ");
      if (item.use === "bind") return wrap(`const ${made(to, name())} = await `);
      if (item.use === "let") {
        const own = made(to, name());
        to.lets.push(own);
        return wrap(`let ${own} = await `);
      }
      return wrap(`const { id: ${made(to, name())}, ${made(to, fresh(to, "p"))} = 1 } = await `);
    }
    case "code":
      return code(to, item.form, stop);
    case "if": {
      const only = item.branches[0]?.[0];
      const simple = (list: readonly Item[]): boolean => list.length === 1 && list[0]?.kind === "call" && list[0].use === "none" && list[0].comment === "none" && !list[0].blank;
      if (!item.braces && item.branches.length === 1 && only && simple(item.branches[0] ?? []) && (item.otherwise === null || simple(item.otherwise))) {
        const head = `if (${some(to)}) `;
        const [first = "", ...rest] = print(to, item.branches[0] ?? []);
        const other = item.otherwise ? print(to, item.otherwise) : null;
        const lines = item.oneLine ? [head + first, ...rest] : [head.trimEnd(), ...[first, ...rest].map((line) => indented(to.style.unit, line))];
        return other ? [...lines, `else ${other[0] ?? ""}`, ...other.slice(1)] : lines;
      }
      const parts = item.branches.map((list, index) => [`${index > 0 ? "else " : ""}if (${some(to)} === ${index}) {`, ...block(to, list), "}"]);
      if (item.otherwise) parts.push(["else {", ...block(to, item.otherwise), "}"]);
      const lines = chain(parts);
      return item.oneLine && lines.length === 3 && (lines[1] ?? "").endsWith(";") && !(lines[1] ?? "").includes("//") ? [`${lines[0] ?? ""} ${(lines[1] ?? "").trim()} }`] : lines;
    }
    case "ternary":
    case "logical": {
      const lines = call(to, { ...item.call, caught: false });
      const bound = item.bind ? `const ${name()} = ` : "";
      const [head, tail] = item.kind === "ternary" ? [`${bound}${some(to)} ? await `, " : null"] : [`${bound}${some(to)} && await `, ""];
      const last = lines.at(-1) ?? "";
      return lines.length === 1 ? [head + last + tail + stop] : [head + (lines[0] ?? ""), ...lines.slice(1, -1), last + tail + stop];
    }
    case "switch": {
      const cases = item.cases.flatMap((list, index): string[] => {
        const labels = item.share && index === 0 ? [`case ${index + 100}:`, `case ${index}:`] : [`case ${index}:`];
        const inner = block(to, list, [`break${stop}`]);
        return item.braces || inner.some((line) => /\b(?:const|let|function)\b/.test(line)) ? [...labels.slice(0, -1), `${labels.at(-1) ?? ""} {`, ...inner, "}"] : [...labels, ...inner];
      });
      const other = item.fallback ? ["default:", `${to.style.unit}await ${to.step}.sleep("${fresh(to, "s ")}", 1)${stop}`] : [];
      return [`switch (${some(to)}) {`, ...[...cases, ...other].map((line) => indented(to.style.unit, line)), "}"];
    }
    case "loop":
      return loop(to, item, stop);
    case "parallel": {
      const parts = item.calls.map((one) => call(to, one));
      if (item.block) parts.push(["(async () => {", ...block(to, item.block), "})()"]);
      const names = item.names ? `const [${parts.map(() => made(to, name())).join(", ")}] = ` : "";
      const flat = parts.map((lines, index) => lines.map((line, at) => (at === lines.length - 1 && (index < parts.length - 1 || (trailingComma && item.lines)) ? `${line},` : line)));
      if (!item.lines && parts.every(({ length }) => length === 1)) return [`${names}await Promise.all([${flat.map(([line]) => line).join(" ")}])${stop}`];
      return [`${names}await Promise.all([`, ...flat.flat().map((line) => indented(to.style.unit, line)), `])${stop}`];
    }
    case "try": {
      const parts = [["try {", ...block(to, item.body), "}"]];
      if (item.caught || !item.last) parts.push([`catch (${fresh(to, "e")}) {`, ...block(to, item.caught ?? []), "}"]);
      if (item.last) parts.push(["finally {", ...block(to, item.last), "}"]);
      return chain(parts);
    }
  }
}

function code(to: Printing, form: Extract<Item, { kind: "code" }>["form"], stop: string): string[] {
  switch (form) {
    case "const":
      return [`const ${fresh(to)} = ${some(to)}${stop}`];
    case "let": {
      const own = fresh(to);
      to.lets.push(own);
      const value = some(to);
      return [`let ${made(to, own)} = ${value}${stop}`];
    }
    case "multi":
      return [`const ${made(to, fresh(to))} = 1, ${fresh(to)} = {`, `${to.style.unit}a: ${some(to)},`, `}${stop}`];
    case "function":
      return [`function ${fresh(to, "f")}(x) {`, `${to.style.unit}return x + ${some(to)}${stop}`, "}"];
    case "call":
      return [`console.log(${some(to)})${stop}`];
    case "assign": {
      const own = to.lets.at(-1);
      return own ? [`${own} = await crm.leads.get(${some(to)})${stop}`] : [`debugger${stop}`];
    }
    case "template":
      return [`console.log(\`line ${fresh(to, "t")}`, `\0  kept \${${some(to)}}`, `\0end\`)${stop}`];
    case "paren":
      return [to.style.semicolons ? `(${some(to)} ?? 0);` : `;[${some(to)}].length`];
  }
}

function loop(to: Printing, { form, body, jump }: Extract<Item, { kind: "loop" }>, stop: string): string[] {
  const item = fresh(to, "i");
  const from = some(to);
  to.scope.push(item);
  const more = jump === "none" || form === "map" ? [] : [`if (${item}) ${jump}${stop}`];
  const inner = block(to, body, more);
  to.scope.pop();
  if (form === "of") return [`for (const ${item} of [${from}]) {`, ...inner, "}"];
  if (form === "map") return [`await Promise.all([${from}].map(async (${item}) => {`, ...inner, `}))${stop}`];
  if (form === "for") return [`for (let ${item} = 0; ${item} < 3; ${item}++) {`, ...inner, "}"];
  const declared = `let ${item} = 0${stop}`;
  return ["{", ...[declared, ...(form === "while" ? [`while (${item}++ < 3) {`, ...inner, "}"] : ["do {", ...inner, `} while (${item}++ < 3)${stop}`])].map((line) => indented(to.style.unit, line)), "}"];
}

function call(to: Printing, { kind, lines, caught }: Call): string[] {
  const { quote: q, unit } = to.style;
  const text = (prefix: string): string => `${q}${fresh(to, prefix)}${q}`;
  const object = (...fields: string[]): string[] => (lines ? ["{", ...fields.map((field, index) => `${unit}${field}${index < fields.length - 1 || to.style.trailingComma ? "," : ""}`), "}"] : [`{ ${fields.join(", ")} }`]);
  const around = (before: string, middle: string[], after: string): string[] => (middle.length === 1 ? [before + (middle[0] ?? "") + after] : [before + (middle[0] ?? ""), ...middle.slice(1, -1), (middle.at(-1) ?? "") + after]);
  const made = ((): string[] => {
    switch (kind) {
      case "action":
        return around("actions.createTask(", object(`title: ${text("task ")}`, `about: ${some(to)}`), ")");
      case "update":
        return around(`crm.leads.update(${some(to)}, `, object(`name: \`x \${${some(to)}}\``), ")");
      case "step":
        return [`${to.step}.do(${text("do ")}, async () => ${some(to)})`];
      case "stepBlock":
        return [`${to.step}.do(${text("do ")}, async () => {`, `${unit}// inside`, `${unit}return ${some(to)}${to.style.semicolons ? ";" : ""}`, "})"];
      case "stepConfig":
        return [`${to.step}.do(${text("do ")}, { retries: { limit: 2 }, timeout: ${q}1 minute${q} }, async () => (${some(to)}))`];
      case "sleep":
        return [`${to.step}.sleep(${text("sleep ")}, ${q}1 hour${q})`];
      case "wait":
        return around(`${to.step}.waitForEvent(${text("wait ")}, `, object(`type: ${text("x.")}`, `match: { id: ${some(to)} }`), ")");
      case "approval":
        return around(`${to.step}.approval(${text("ask ")}, `, object(`title: ${text("May we ")}`, `from: [${q}manager${q}]`), ")");
      case "send":
        return around(`${to.step}.sendEvent(${text("send ")}, `, object(`type: ${text("y.")}`, `data: { of: ${some(to)} }`), ")");
      case "invoke":
        return [`${to.step}.invoke(${text("child ")}, ${q}other${q}, ${some(to)})`];
      case "helper":
        return [`helper(${to.step}, ${some(to)})`];
    }
  })();
  return caught ? [...made.slice(0, -1), `${made.at(-1) ?? ""}.catch(() => null)`] : made;
}

/**
 * Texts with places to fill in: `{{contact.name}}`, or `{{contact.name|friend}}` with what
 * stands there when there is no name. Nothing else: no conditions, no loops, no raw HTML. A
 * library with sections and partials would do more than a mail's author should have to know,
 * and less in one thing: say which variables are missing, all of them, before anything is sent.
 *
 * `\{{` is two braces as such.
 * @module
 */
export interface Placeholder {
  /** Dotted names. */
  path: string;
  /** Null: there has to be a value. */
  fallback: string | null;
}

export type Template = readonly (string | Placeholder)[];

export class TemplateError extends Error {
  override readonly name = "TemplateError";
}

export const longestPath = 200;
const form = /^\s*([\p{L}_][\p{L}\p{N}_-]*(?:\.[\p{L}\p{N}_-]+)*)\s*(?:\|(.*))?$/su;

/** @throws TemplateError, which says where */
export function parseTemplate(source: string): Template {
  const parts: (string | Placeholder)[] = [];
  let words = "";
  for (let at = 0; at < source.length; ) {
    const open = source.indexOf("{{", at);
    words += source.slice(at, open === -1 ? source.length : open);
    if (open === -1) break;
    if (words.endsWith("\\")) {
      words = `${words.slice(0, -1)}{{`;
      at = open + 2;
      continue;
    }
    const close = source.indexOf("}}", open + 2);
    if (close === -1) throw fault(source, open, "{{ has no }}: close it, or write \\{{ for two braces");
    const inside = source.slice(open + 2, close);
    if (inside.startsWith("{")) throw fault(source, open, "{{{…}}} would put a value into HTML as it comes, which is not supported: write {{…}}");
    const [, path, fallback] = form.exec(inside) ?? [];
    if (path === undefined || path.length > longestPath) throw fault(source, open, `${JSON.stringify(inside.slice(0, 40))} is no variable: write {{name}}, {{contact.name}} or {{contact.name|friend}}`);
    if (words !== "") parts.push(words);
    words = "";
    parts.push({ path, fallback: fallback?.trim() ?? null });
    at = close + 2;
  }
  return words === "" ? parts : [...parts, words];
}

function fault(source: string, at: number, what: string): TemplateError {
  const before = source.slice(0, at).split("\n");
  return new TemplateError(`line ${before.length}, column ${(before.at(-1) ?? "").length + 1}: ${what}`);
}

export const placeholdersOf = (template: Template): Placeholder[] => template.filter((part) => typeof part !== "string");

/** A variable that is not there, or is none that can be shown. */
export interface Missing {
  path: string;
  detail: string;
}

export interface Filled {
  text: string;
  missing: Missing[];
}

/** @param escape makes of a value, and of a fallback, what is put in */
export function fill(template: Template, variables: unknown, escape: (value: string) => string = (value) => value): Filled {
  const missing: Missing[] = [];
  const texts = template.map((part) => {
    if (typeof part === "string") return part;
    const value = valueAt(variables, part.path);
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return escape(String(value));
    if (value !== undefined && value !== null) missing.push({ path: part.path, detail: `is ${Array.isArray(value) ? "a list" : "an object"}: name one of its values` });
    else if (part.fallback === null) missing.push({ path: part.path, detail: `has no value: give one, or write {{${part.path}|…}} with what stands there without` });
    return escape(part.fallback ?? "");
  });
  return { text: texts.join(""), missing };
}

/** Members of their own alone: `constructor` is none. */
function valueAt(variables: unknown, path: string): unknown {
  let value = variables;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** For words and for attributes in quotes. */
export const escapeHtml = (value: string): string => value.replaceAll(/[&<>"']/g, (character) => escapes[character] ?? character);

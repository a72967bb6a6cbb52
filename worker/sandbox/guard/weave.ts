/**
 * Weaves the budget's counters into a tenant's module (what they do: budget.ts). Everything
 * is inserted on the line where it belongs, so line numbers in stack traces stay right.
 * @module
 */
import { parse, tokTypes } from "acorn";
import type { AnyNode, Program, Token } from "acorn";
import { fullAncestor } from "acorn-walk";
import MagicString from "magic-string";
import { instrument } from "./instrument.ts";
import { redirect } from "./imports.ts";
import { GUARD_MODULE } from "./modules.ts";
import { inspect } from "./inspect.ts";

export type Woven = WovenModule | Refused;
export interface WovenModule {
  ok: true;
  code: string;
  /** Mappings of a source map (version 3) from the woven module to the one given. */
  mappings(): string;
}
export interface WeaveOptions {
  /** Specifiers that the platform provides beside the usual ones. */
  provided?: readonly string[];
  /** Folder of the loader's modules that the bundle is put into, like `tenant`. */
  mount?: string;
}

/** Line and column count from 1. */
export interface Refused {
  ok: false;
  line: number;
  column: number;
  message: string;
}

/**
 * Returns the module with counters, or where and why it cannot be deployed: a syntax error,
 * an import that tenants do not have, or a regular expression that can take forever.
 * @param path of the module within the bundle
 */
export function weave(path: string, code: string, options: WeaveOptions = {}): Woven {
  let program: Program;
  const names = new Set<unknown>();
  try {
    program = parse(code, { ecmaVersion: "latest", sourceType: "module", locations: true, onToken: (token) => void (token.type === tokTypes.name && names.add((token as Token & { value?: unknown }).value)) });
  } catch (error) {
    return syntaxError(error);
  }
  let refused: Refused | null = null;
  const text = new MagicString(code);
  const guard = freeName(names);
  const root = "../".repeat(foldersAbove(path, options.mount));
  fullAncestor(program, (node, _state, ancestors) => {
    if (refused) return;
    const message = inspect(path, node, options.provided ?? []);
    if (message) {
      const { line, column } = node.loc?.start ?? { line: 1, column: 0 };
      refused = { ok: false, line, column: column + 1, message };
    } else {
      instrument(ancestors as AnyNode[], text, guard);
      redirect(node as AnyNode, text, root);
    }
  });
  if (refused) return refused;
  const statement = `import * as ${guard} from ${JSON.stringify(root + GUARD_MODULE)};`;
  const hashbang = /^#!.*/.exec(code);
  if (hashbang) text.overwrite(0, hashbang[0].length, statement);
  else text.prepend(statement);
  return { ok: true, code: text.toString(), mappings: () => text.generateMap().mappings };
}

/** The loader resolves every name, also one with a scheme, against the importing folder. */
function foldersAbove(path: string, mount = ""): number {
  return `${mount}/${path}`.split("/").filter((part) => part !== "" && part !== ".").length - 1;
}

/** Names as the engine reads them: an escape in the text would hide one that shadows the guard's. */
function freeName(taken: ReadonlySet<unknown>): string {
  let name = "$es";
  for (let n = 1; taken.has(name); n++) name = `$es${n}_`;
  return name;
}

function syntaxError(error: unknown): Refused {
  if (!(error instanceof SyntaxError)) throw error;
  const loc = (error as SyntaxError & { loc?: { line: number; column: number } }).loc ?? { line: 1, column: 0 };
  return { ok: false, line: loc.line, column: loc.column + 1, message: error.message.replace(/ \(\d+:\d+\)$/, "") };
}

/**
 * The same refusal for patterns that are made at run time. Literals were read at deploy.
 * @module
 */
import { LimitExceeded } from "../limit-exceeded.ts";
import { refusePattern } from "./refuse.ts";

const { apply, construct, get } = Reflect;

const MOST_REMEMBERED = 1000;

/** The part of the global object that is replaced. */
export interface RegExpScope {
  RegExp: RegExpConstructor;
  String: StringConstructor;
}

/**
 * Makes `new RegExp`, `match`, `matchAll` and `search` refuse patterns that could take for
 * ever. Run it before tenant code.
 */
export function guardPatterns(scope: RegExpScope): void {
  const Original = scope.RegExp;
  const harmless = new Set<string>();

  const check = (made: RegExp): RegExp => {
    const key = `${made.flags}/${made.source}`;
    if (harmless.has(key)) return made;
    const message = refusePattern(made.source, made.flags);
    if (message) throw new LimitExceeded("regex-limit", message);
    if (harmless.size >= MOST_REMEMBERED) harmless.clear();
    harmless.add(key);
    return made;
  };
  const Guarded = new Proxy(Original, {
    construct: (target, args, newTarget) => check(construct(target, args, newTarget) as RegExp),
    apply: (target, self, args) => check(apply(target, self, args) as RegExp),
  });
  Object.defineProperty(Original.prototype, "constructor", { value: Guarded, writable: true, configurable: true });
  // Would turn a checked expression into another one; nobody needs it.
  Reflect.deleteProperty(Original.prototype, "compile");
  scope.RegExp = Guarded;

  for (const [name, symbol, flags] of [["match", Symbol.match, ""], ["search", Symbol.search, ""], ["matchAll", Symbol.matchAll, "g"]] as const) {
    const original: unknown = scope.String.prototype[name];
    if (typeof original !== "function") continue;
    const guarded = {
      [name](this: unknown, pattern: unknown): unknown {
        const own = typeof pattern === "object" && pattern !== null && get(pattern, symbol) != null;
        return apply(original, this, [own || pattern === undefined ? pattern : new Guarded(String(pattern), flags)]);
      },
    }[name];
    Object.defineProperty(scope.String.prototype, name, { value: guarded, writable: true, configurable: true });
  }
}

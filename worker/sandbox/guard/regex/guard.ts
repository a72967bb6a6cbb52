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
  // Without a prototype: tenant code cannot make it answer otherwise.
  let harmless: Record<string, true> = Object.create(null) as Record<string, true>;
  let remembered = 0;

  const check = (made: RegExp): RegExp => {
    const key = `${made.flags}/${made.source}`;
    if (harmless[key]) return made;
    const message = refusePattern(made.source, made.flags);
    if (message) throw new LimitExceeded("regex-limit", message);
    if (++remembered > MOST_REMEMBERED) {
      harmless = Object.create(null) as Record<string, true>;
      remembered = 1;
    }
    harmless[key] = true;
    return made;
  };
  const Guarded = new Proxy(Original, {
    construct: (target, args, newTarget) => check(construct(target, args, newTarget) as RegExp),
    apply: (target, self, args) => check(apply(target, self, args) as RegExp),
  });
  // Written over and not deleted: V8's fast paths check the shape of this prototype. For the
  // same reason its `constructor` stays, so `/x/.constructor` is a way around (10 to 100
  // times slower `replace` and `split` would be the price of closing it).
  const compile = (): never => {
    throw new LimitExceeded("regex-limit", "RegExp.prototype.compile is not available to workflows; use new RegExp");
  };
  Object.defineProperty(Original.prototype, "compile", { value: compile, writable: true, configurable: true });
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

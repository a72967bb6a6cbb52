/**
 * The same refusal for patterns that are made at run time. Literals were read at deploy.
 * @module
 */
import { LimitExceeded } from "../limit-exceeded.ts";
import { made, standFor } from "../replace.ts";
import { refusePattern } from "./refuse.ts";

const { apply, construct, get } = Reflect;

const text = String;

const MOST_REMEMBERED = 1000;

/** The part of the global object that is replaced. */
export interface RegExpScope {
  RegExp: RegExpConstructor;
  String: StringConstructor;
}

// Taken now: tenant code may have its own answer for it.
const getter = (name: string): (() => unknown) => Object.getOwnPropertyDescriptor(RegExp.prototype, name)?.get ?? (() => undefined);
const sourceOf = getter("source");
const marks = Object.entries({ d: "hasIndices", g: "global", i: "ignoreCase", m: "multiline", s: "dotAll", u: "unicode", v: "unicodeSets", y: "sticky" }).map(([flag, name]) => ({ flag, isSet: getter(name) }));

function flagsOf(pattern: RegExp): string {
  let flags = "";
  for (let at = 0; at < marks.length; at++) {
    const mark = marks[at];
    if (mark && apply(mark.isSet, pattern, [])) flags += mark.flag;
  }
  return flags;
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
    const source = apply(sourceOf, made, []) as string;
    const flags = flagsOf(made);
    const key = `${flags}/${source}`;
    if (harmless[key]) return made;
    const message = refusePattern(source, flags);
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
  // same reason its `constructor` stays (10 to 100 times slower `replace` and `split` would be
  // the price); woven code that reads it gets the guarded one.
  standFor(Original, Guarded);
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
        return made(apply(original, this, [own || pattern === undefined ? pattern : new Guarded(text(pattern), flags)]), `${name}()`);
      },
    }[name];
    Object.defineProperty(scope.String.prototype, name, { value: guarded, writable: true, configurable: true });
  }
}

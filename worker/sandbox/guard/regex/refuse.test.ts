import { describe, expect, it } from "vitest";
import { guardPatterns } from "./guard.ts";
import { refusePattern } from "./refuse.ts";
import { createContext, runInContext } from "node:vm";

describe("patterns that the linear engine does not know and that are exponential", () => {
  it.each([
    ["^(a+)+$", "i"], ["^(a+)+$", "u"], ["^(a+)+$", "v"], ["^(a+)+$", "d"], ["^(a|aa)+$", "i"], ["^((?=a)a+)+$", ""],
    ["^(a+)+\\1$", ""], ["^(?:(a)\\1?)+$", ""], ["^(?<n>a)(?:\\k<n>|a)*$", ""], ["^(a{1,30}){1,30}$", ""],
    ["^(?:a|\\w){1,39}$", ""], ["^(\\p{L}+)+$", "u"], ["^(?:a?b?)*$", "i"], ["(?=(a*)*b)c", ""], ["^(?:A|a)*$", "i"],
    ["^([a-z]|[\\q{ab}a])*$", "v"], ["^(é|É)*$", "i"], ["^(?i:a+)+$", ""], ["(?<=^(?:a|a)*)b", ""], ["^(?:[\\u1234-\\u1236]|\\u1235)*$", "u"],
  ])("refuses /%s/%s", (source, flags) => {
    expect(() => new RegExp(source, flags)).not.toThrow();
    expect(refusePattern(source, flags)).toContain("exponential");
  });
});

describe("patterns that are linear, or that only look nested", () => {
  it.each([
    ["^(a+)+$", ""], ["^(a|a)*$", "gms"], ["^([a-z]+\\.)+[a-z]+$", "i"], ["^(\\d{1,3}\\.){3}\\d{1,3}$", "i"],
    ["(?:[0-9a-f]{12}){20}", "i"], ["^[a-z0-9]+(?:-[a-z0-9]+)*$", "i"], ["(?:\\p{L}+\\s)*", "u"], ["[[a-z]--[aeiou]]+x", "v"],
    // An e-mail address as zod has it.
    ["^(?!\\.)(?!.*\\.\\.)([A-Za-z0-9_'+\\-\\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\\-]*\\.)+[A-Za-z]{2,}$", ""],
    // Nothing after the repetition can fail, so it is never tried again.
    ["\\/\\*(?:[^*]+|\\*(?!\\/))*(\\*\\/)?", "y"], ["(['\"])(?:[^'\"]+|(?!\\1)['\"])*(\\1)?", "y"],
  ])("lets /%s/%s pass", (source, flags) => {
    expect(refusePattern(source, flags)).toBeNull();
  });
});

describe("patterns made at run time", () => {
  const context = createContext({});
  const run = (code: string): unknown => runInContext(code, context) as unknown;
  guardPatterns(run("globalThis") as { RegExp: RegExpConstructor; String: StringConstructor });

  it.each(["new RegExp('^(a+)+$', 'i')", "RegExp('^(a+)+$', 'i')", "'a'.match('^(a+)+\\\\1$')", "'a'.search('^(a+)+\\\\1$')", "'a'.matchAll('^(a+)+\\\\1$')", "new (class extends RegExp {})('^(a+)+$', 'i')"])("refuses %s", (code) => {
    expect(() => run(code)).toThrow("exponential");
  });
  it("does not let a checked pattern become another one", () => {
    expect(() => run("/a/.compile('^(a+)+$', 'i')")).toThrow("use new RegExp");
  });
  it("leaves the constructor, its statics, subclasses and string methods as they were", () => {
    expect(run("/a/ instanceof RegExp && RegExp.name === 'RegExp' && RegExp.prototype.exec === /a/.exec")).toBe(true);
    expect(run("class R extends RegExp { twice() { return this.source + this.source } }; new R('a').twice()")).toBe("aa");
    expect(run("[...'a1b2'.matchAll(/[a-z](\\d)/g)].map((m) => m[1]).join() + 'a.b'.match('.')[0] + 'xay'.search('a') + 'a-b'.split(/-/).length + 'x'.match()[0]")).toBe("1,2a12");
  });
});

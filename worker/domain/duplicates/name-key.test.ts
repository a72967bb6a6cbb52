import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nameKey, plainName } from "./name-key.ts";

describe("the key of a name", () => {
  it("leaves out case, accents, signs and legal forms", () => {
    for (const [name, plain] of [
      ["Ação & Cia. Ltda.", "acao"],
      ["ACME, Inc.", "acme"],
      ["Acme S.A.", "acme"],
      ["Acme S/A", "acme"],
      ["Müller GmbH & Co. KG", "muller"],
      ["  José   da Silva ", "jose da silva"],
      ["O'Neil", "oneil"],
      ["Ltda", "ltda"],
      ["Co Co", "co"],
      ["!!!", ""],
    ] as const)
      expect(plainName(name), name).toBe(plain);
  });

  it("tells people of different companies apart", () => {
    expect(nameKey("Ana", "Acme Ltda")).toBe(nameKey("ANA", "Acme"));
    expect(nameKey("Ana", "Acme")).not.toBe(nameKey("Ana", "Beta"));
    expect(nameKey("Ana", null)).not.toBe(nameKey("Ana", "Acme"));
    expect(nameKey("…", "Acme")).toBeNull();
  });

  it("of a key is itself", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (name) => plainName(plainName(name)) === plainName(name)));
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bareTaxId, maskTaxId, taxIdKind, taxIdSchema } from "./tax-id.ts";

const digits = [..."0123456789"];
const signs = [...digits, ..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const body = (of: readonly string[], length: number) => fc.array(fc.constantFrom(...of), { minLength: length, maxLength: length }).map((all) => all.join(""));

/** As Receita Federal writes it down: each position's weight, digit by digit. Written apart from the code it checks. */
function checkDigits(text: string, kind: "cpf" | "cnpj"): string {
  const weights = kind === "cpf" ? [11, 10, 9, 8, 7, 6, 5, 4, 3, 2] : [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
  let found = text;
  for (let round = 0; round < 2; round++) {
    const used = weights.slice(weights.length - found.length);
    const rest = [...found].reduce((sum, sign, index) => sum + (sign.charCodeAt(0) - 48) * (used[index] ?? 0), 0) % 11;
    found += rest < 2 ? "0" : String(11 - rest);
  }
  return found.slice(-2);
}
const alike = (text: string) => /^(.)\1*$/.test(text);
const cpf = body(digits, 9).map((text) => `${text}${checkDigits(text, "cpf")}`).filter((text) => !alike(text));
const cnpj = body(signs, 12).map((text) => `${text}${checkDigits(text, "cnpj")}`).filter((text) => !alike(text));

describe("a taxpayer number", () => {
  it.each([
    ["52998224725", "cpf"],
    ["529.982.247-25", "cpf"],
    ["11.222.333/0001-81", "cnpj"],
    // Receita Federal's example of the CNPJ with letters.
    ["12ABC34501DE35", "cnpj"],
    ["12.ABC.345/01DE-35", "cnpj"],
    ["12.abc.345/01de-35", "cnpj"],
  ] as const)("%s is a %s", (text, kind) => {
    expect(taxIdKind(text)).toBe(kind);
  });

  it.each(["", "1", "52998224724", "11111111111", "00000000000000", "12ABC34501DE36", "12ABC34501DEA5", "1222333000181", "529982247250", "ÁÉ982247250"])("%j is none", (text) => {
    expect(taxIdKind(text)).toBeNull();
    expect(taxIdSchema.safeParse(text).success).toBe(false);
  });

  it("has the check digits of its other signs, and no others", () => {
    fc.assert(
      fc.property(fc.oneof(cpf, cnpj), fc.integer({ min: 1, max: 99 }), (text, off) => {
        expect(taxIdKind(text)).toBe(text.length === 11 ? "cpf" : "cnpj");
        const other = String((Number(text.slice(-2)) + off) % 100).padStart(2, "0");
        expect(taxIdKind(`${text.slice(0, -2)}${other}`)).toBeNull();
      }),
    );
  });

  it("is wrong when one sign of it is another", () => {
    fc.assert(
      fc.property(fc.oneof(cpf, body(digits, 12).map((text) => `${text}${checkDigits(text, "cnpj")}`).filter((text) => !alike(text))), fc.nat(8), fc.integer({ min: 1, max: 9 }), (text, at, by) => {
        const other = `${text.slice(0, at)}${(Number(text[at]) + by) % 10}${text.slice(at + 1)}`;
        // Remainders 0 and 1 share a check digit: both digits have to hide the change, which is rare and allowed by the rule.
        expect(taxIdKind(other) === null || checkDigits(other.slice(0, -2), text.length === 11 ? "cpf" : "cnpj") === other.slice(-2)).toBe(true);
      }),
    );
  });

  it("is the same however it is written, and shows its check digits alone when masked", () => {
    fc.assert(
      fc.property(fc.oneof(cpf, cnpj), (text) => {
        const written = text.length === 11 ? `${text.slice(0, 3)}.${text.slice(3, 6)}.${text.slice(6, 9)}-${text.slice(9)}` : ` ${text.slice(0, 2)}.${text.slice(2, 5)}.${text.slice(5, 8)}/${text.slice(8, 12)}-${text.slice(12)} `.toLowerCase();
        expect(taxIdSchema.parse(written)).toBe(text);
        expect(bareTaxId(written)).toBe(text);
        expect(maskTaxId(text)).toMatch(text.length === 11 ? /^\*{3}\.\*{3}\.\*{3}-\d\d$/ : /^\*\*\.\*{3}\.\*{3}\/\*{4}-\d\d$/);
        expect(maskTaxId(text).endsWith(text.slice(-2))).toBe(true);
      }),
    );
  });
});

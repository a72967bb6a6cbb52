/**
 * Brazilian taxpayer numbers: CPF (people, 11 digits) and CNPJ (companies, 14 characters, since
 * July 2026 also with letters). The last two digits of each are a check over the others, modulo
 * 11: Receita Federal, "Cálculo do dígito verificador do CNPJ alfanumérico".
 * @module
 */
import { z } from "zod";

/** Without points, dashes, slashes and spaces; letters upper case. */
export function bareTaxId(value: string): string {
  return value.replaceAll(/[.\-/\s]/g, "").toUpperCase();
}

/** A digit's value; a letter's follows on: A is 17, as its code less 48. */
const valueAt = (text: string, index: number): number => text.charCodeAt(index) - 48;

function checkDigit(text: string, longestWeight: number): number {
  let [sum, weight] = [0, 2];
  for (let index = text.length - 1; index >= 0; index--) {
    sum += valueAt(text, index) * weight;
    weight = weight === longestWeight ? 2 : weight + 1;
  }
  const rest = sum % 11;
  return rest < 2 ? 0 : 11 - rest;
}

/** Which of the two it is, or null when its check digits do not fit. */
export function taxIdKind(value: string): "cpf" | "cnpj" | null {
  const bare = bareTaxId(value);
  const kind = /^\d{11}$/.test(bare) ? "cpf" : /^[0-9A-Z]{12}\d{2}$/.test(bare) ? "cnpj" : null;
  // The same digit throughout fits the check, and is nobody's.
  if (kind === null || /^(.)\1*$/.test(bare)) return null;
  const [body, longest] = [bare.slice(0, -2), kind === "cpf" ? 11 : 9];
  const first = checkDigit(body, longest);
  return bare === `${body}${first}${checkDigit(`${body}${first}`, longest)}` ? kind : null;
}

export const taxIdSchema = z
  .string()
  .max(32)
  .transform(bareTaxId)
  .refine((value) => taxIdKind(value) !== null, "a CPF or CNPJ with the right check digits");

/** `***.***.***-09`, `**.***.***.****-81`: which of the two, and its check digits. */
export function maskTaxId(value: string): string {
  const bare = bareTaxId(value);
  return `${bare.length === 11 ? "***.***.***" : "**.***.***/****"}-${bare.slice(-2)}`;
}

/**
 * What a name comes to when case, accents, signs and the legal form of a company are left
 * out: records of the same key may be the same.
 * @module
 */

/** Last words of companies that say nothing about which one it is. */
const legalForms = new Set("ltda me mei epp eireli sa ss inc incorporated llc llp lp ltd limited corp corporation co company plc gmbh mbh ag kg ug ohg gbr ev se bv nv vof sarl sas eurl sci sl slu srl srls spa sapi cv ab as asa oy oyj aps kk pty pte pvt sp zoo sro doo kft zrt cia".split(" "));

/** `Ação & Cia. Ltda.` → `acao`; never nothing of something. */
export function plainName(name: string): string {
  const words = name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    // S.A., S/A, O'Neil
    .replaceAll(/[.'’`´/]/gu, "")
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
  let end = words.length;
  while (end > 1 && legalForms.has(words[end - 1] ?? "")) end--;
  return words.slice(0, end).join(" ");
}

const separator = "|";

/** @returns null for a name without a letter or digit */
export function nameKey(name: string, company: string | null): string | null {
  const plain = plainName(name);
  return plain === "" ? null : `${plain}${separator}${company === null ? "" : plainName(company)}`;
}

/** Only a name: many have it. */
export const isBareName = (key: string): boolean => key.endsWith(separator);

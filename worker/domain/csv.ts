/**
 * CSV (RFC 4180) that spreadsheets cannot mistake for formulas.
 * @module
 */

/** What makes a spreadsheet compute a cell, also behind spaces; see OWASP, "CSV Injection". */
const formula = /^\s*[=+\-@\t\r|%]/;

/** Numbers are written as they are: a minus is no formula there. */
function cell(value: string | number, delimiter: string): string {
  const safe = typeof value === "string" && formula.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(safe) || safe.includes(delimiter) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvLine(cells: readonly (string | number)[], delimiter = ","): string {
  return `${cells.map((value) => cell(value, delimiter)).join(delimiter)}\r\n`;
}

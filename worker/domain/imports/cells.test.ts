import { describe, expect, it } from "vitest";
import { entities } from "../../../sdk/schema/crm/index.ts";
import type { ColumnMapping } from "../../../db/schema/imports.ts";
import { cleaned, readCell } from "./cells.ts";
import { suggestMapping } from "./suggest.ts";
import { type TargetType, targetsOf } from "./targets.ts";

const read = (type: TargetType, text: string, mapping: Partial<ColumnMapping> = {}, options: string[] = []) =>
  readCell({ name: "x", title: "X", type, options, to: null, required: false, sensitive: false }, text, { column: 0, field: "x", ...mapping }, { timezone: "America/Sao_Paulo", currency: "BRL" });

describe("a cell", () => {
  it.each([
    ["money", "R$ 1.234,56", { decimal: "," }, 123_456],
    ["money", "1,234.5", {}, 123_450],
    ["money", "99", { unit: "minor" }, 99],
    ["money", "1200 JPY", {}, 1200],
    ["custom_money", "10.5 EUR", {}, { amount: 1050, currency: "EUR" }],
    ["number", "-0,5", { decimal: "," }, -0.5],
    ["date", "31/12/2025", { date_format: "dmy" }, "2025-12-31"],
    ["date", "12/31/25", { date_format: "mdy" }, "2025-12-31"],
    ["date", "2024-02-29 10:00", {}, "2024-02-29"],
    ["datetime", "2026-01-15T10:00:00+01:00", {}, "2026-01-15T09:00:00.000Z"],
    ["datetime", "15/01/2026 10:00", { date_format: "dmy" }, "2026-01-15T13:00:00.000Z"],
    ["datetime", "1/15/2026 1:05 PM", { date_format: "mdy", timezone: "UTC" }, "2026-01-15T13:05:00.000Z"],
    ["boolean", "Não", {}, false],
    ["boolean", "Sí", {}, true],
    ["url", "example.com/a", {}, "https://example.com/a"],
    ["tags", "vip; new | vip", {}, ["vip", "new"]],
  ] as const)("%s %j is read as its column writes it", (type, text, mapping, value) => {
    expect(read(type, text, mapping)).toEqual({ value });
  });

  it.each([["date", "30/02/2026", { date_format: "dmy" }], ["date", "2026-13-01", {}], ["number", "1.2.3", {}], ["money", "12,5", {}], ["datetime", "15/01/2026 25:00", { date_format: "dmy" }], ["boolean", "maybe", {}]] as const)("%s %j is refused, with what it should be", (type, text, mapping) => {
    expect(read(type, text, mapping)).toEqual({ fault: expect.stringMatching(/^is (not|neither)/) });
  });

  it("chooses among options whatever their case and accents", () => {
    expect(read("select", "In Progress", {}, ["open", "in_progress"])).toEqual({ value: "in_progress" });
    expect(read("multiselect", "Vermelho, azul", {}, ["vermelho", "Azul"])).toEqual({ value: ["vermelho", "Azul"] });
    expect(read("select", "gone", {}, ["open"])).toEqual({ fault: "is none of open" });
  });

  it("loses the apostrophe that an export put before it, and no other", () => {
    expect(["'=1+1", "'+55 11", "'tis", "O'Neil", " x "].map(cleaned)).toEqual(["=1+1", "+55 11", "'tis", "O'Neil", "x"]);
  });
});

describe("a mapping", () => {
  const fieldsOf = (kind: "lead" | "contact" | "deal", titles: string[], sample: string[][] = []) => suggestMapping(titles, targetsOf(entities[kind], []), sample, "pt").map(({ field }) => field);

  it("is suggested by titles in English, Spanish and Portuguese, each field once", () => {
    expect(fieldsOf("lead", ["Nome completo", "E-mail", "Telefone", "Empresa", "Origem", "Responsável", "Etiquetas", "???", "Celular"])).toEqual(["name", "email", "phone", "company_name", "source", "owner_id", "tags", null, null]);
    expect(fieldsOf("contact", ["Nombre", "Correo electrónico", "Móvil", "Cargo", "Calle", "Código postal", "CPF"])).toEqual(["name", "email", "phone", "job_title", "address.street", "address.postal_code", "tax_id"]);
    expect(fieldsOf("deal", ["Deal name", "Amount", "Currency", "Stage", "Close date"])).toEqual(["name", "value", "currency", "stage_id", "expected_close"]);
  });

  it("says how numbers and days are written, by the first of them", () => {
    const of = (values: string[], title: string) => suggestMapping([title], targetsOf(entities.deal, []), values.map((value) => [value]), "en")[0];
    expect(of(["1.234,56", "10,00"], "value")).toMatchObject({ decimal: "," });
    expect(of(["1,234.56"], "value")).toMatchObject({ decimal: "." });
    expect(of(["01/02/2026", "21/11/2026"], "expected_close")).toMatchObject({ date_format: "dmy" });
    expect(of(["2026-11-21"], "expected_close")).toMatchObject({ date_format: "iso" });
    expect(of(["01/02/2026"], "expected_close")).toMatchObject({ date_format: "mdy" });
  });
});

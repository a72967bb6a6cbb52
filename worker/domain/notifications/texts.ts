/**
 * What notifications say, in the languages of the interface.
 * @module
 */
import { locale as ours, type Locale } from "../mails/texts.ts";

export type Noted = "execution.failed" | "webhook.disabled" | "mail.failed" | "dead_letter.created";

const titles: Readonly<Record<Locale, Record<Noted, (what: string) => string>>> = {
  en: {
    "execution.failed": (what) => `An execution of ${what} has failed`,
    "webhook.disabled": (what) => `The webhook to ${what} was switched off`,
    "mail.failed": () => "A mail could not be delivered",
    "dead_letter.created": (what) => `Given up, and waits for somebody to look at it: ${what}`,
  },
  es: {
    "execution.failed": (what) => `Ha fallado una ejecución de ${what}`,
    "webhook.disabled": (what) => `Se ha desactivado el webhook hacia ${what}`,
    "mail.failed": () => "No se pudo entregar un correo",
    "dead_letter.created": (what) => `Abandonado, a la espera de que alguien lo revise: ${what}`,
  },
  pt: {
    "execution.failed": (what) => `Uma execução de ${what} falhou`,
    "webhook.disabled": (what) => `O webhook para ${what} foi desativado`,
    "mail.failed": () => "Um e-mail não pôde ser entregue",
    "dead_letter.created": (what) => `Abandonado, à espera de que alguém olhe: ${what}`,
  },
};

const assigned: Readonly<Record<Locale, Record<"ticket" | "deal" | "lead", (name: string) => string>>> = {
  en: { ticket: (name) => `You were given the ticket “${name}”`, deal: (name) => `You were given the deal “${name}”`, lead: (name) => `You were given the lead “${name}”` },
  es: { ticket: (name) => `Te han asignado el ticket «${name}»`, deal: (name) => `Te han asignado el negocio «${name}»`, lead: (name) => `Te han asignado el lead «${name}»` },
  pt: { ticket: (name) => `O chamado “${name}” foi atribuído a você`, deal: (name) => `O negócio “${name}” foi atribuído a você`, lead: (name) => `O lead “${name}” foi atribuído a você` },
};

export function assignedText(language: string, kind: "ticket" | "deal" | "lead", name: string): string {
  const known = ours.safeParse(language.slice(0, 2));
  return assigned[known.success ? known.data : "en"][kind](name);
}

export function noticeText(language: string, type: Noted, { what, why }: { what: string; why: string }): { title: string; body: string | null } {
  const known = ours.safeParse(language.slice(0, 2));
  return { title: titles[known.success ? known.data : "en"][type](what), body: why === "" ? null : why };
}

const imported: Readonly<Record<Locale, Record<"completed" | "failed", (name: string) => string>>> = {
  en: { completed: (name) => `The import of ${name} has ended`, failed: (name) => `The import of ${name} has failed` },
  es: { completed: (name) => `La importación de ${name} ha terminado`, failed: (name) => `La importación de ${name} ha fallado` },
  pt: { completed: (name) => `A importação de ${name} terminou`, failed: (name) => `A importação de ${name} falhou` },
};
const counted: Readonly<Record<Locale, (created: number, updated: number, skipped: number, invalid: number) => string>> = {
  en: (created, updated, skipped, invalid) => `${created} created, ${updated} updated, ${skipped} skipped, ${invalid} not valid`,
  es: (created, updated, skipped, invalid) => `${created} creados, ${updated} actualizados, ${skipped} omitidos, ${invalid} no válidos`,
  pt: (created, updated, skipped, invalid) => `${created} criados, ${updated} atualizados, ${skipped} ignorados, ${invalid} inválidos`,
};

export interface ImportEnd {
  status: "completed" | "failed";
  name: string;
  counts: readonly [created: number, updated: number, skipped: number, invalid: number];
  error: string | null;
}

export function importedText(language: string, { status, name, counts, error }: ImportEnd): { title: string; body: string } {
  const known = ours.safeParse(language.slice(0, 2));
  const locale = known.success ? known.data : "en";
  return { title: imported[locale][status](name), body: [counted[locale](...counts), ...(error === null ? [] : [error])].join(". ") };
}

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

export function noticeText(language: string, type: Noted, { what, why }: { what: string; why: string }): { title: string; body: string | null } {
  const known = ours.safeParse(language.slice(0, 2));
  return { title: titles[known.success ? known.data : "en"][type](what), body: why === "" ? null : why };
}

/**
 * What people who are asked get to read, in the languages of the interface. Titles and
 * descriptions are the workflow's own.
 * @module
 */
import { locale as ours, type Locale } from "../mails/texts.ts";

export interface Saying {
  title: string;
  description: string | null;
  workflow: string;
  /** ISO 8601. */
  until: string | null;
}

/** `orphaned`: an admin is asked, because nobody of those named can decide. */
export type Reason = "asked" | "orphaned" | "reminder" | "escalated" | "handed_on";

interface Words {
  subject(title: string, reason: Reason): string;
  why(workflow: string, reason: Reason): string;
  until(at: string): string;
  /** The link decides in somebody's name. */
  link: string;
  signIn: string;
  decided(title: string, decision: "approved" | "rejected"): string;
  expired(title: string): string;
}

const words: Readonly<Record<Locale, Words>> = {
  en: {
    subject: (title, reason) => `${reason === "reminder" ? "Reminder: please decide" : "Please decide"}: ${title}`,
    why: (workflow, reason) =>
      ({
        asked: `${workflow} asks for your decision.`,
        orphaned: `${workflow} asks for a decision, and nobody of those it names can give one: you are asked as an admin.`,
        reminder: `${workflow} still waits for your decision.`,
        escalated: `${workflow} asks for a decision that nobody has given so far: you are asked now.`,
        handed_on: `A decision that ${workflow} asks for was handed on to you.`,
      })[reason],
    until: (at) => `It can be decided until ${at} (UTC).`,
    link: "Open this link to decide. It decides in your name and works once: do not forward it.",
    signIn: "Sign in to decide.",
    decided: (title, decision) => `${decision === "approved" ? "Approved" : "Rejected"}: ${title}`,
    expired: (title) => `Not decided in time: ${title}`,
  },
  es: {
    subject: (title, reason) => `${reason === "reminder" ? "Recordatorio: falta tu decisión" : "Se necesita tu decisión"}: ${title}`,
    why: (workflow, reason) =>
      ({
        asked: `${workflow} pide tu decisión.`,
        orphaned: `${workflow} pide una decisión y nadie de quienes nombra puede darla: se te pregunta como administrador.`,
        reminder: `${workflow} sigue esperando tu decisión.`,
        escalated: `${workflow} pide una decisión que nadie ha dado todavía: ahora se te pregunta a ti.`,
        handed_on: `Te han pasado una decisión que pide ${workflow}.`,
      })[reason],
    until: (at) => `Se puede decidir hasta ${at} (UTC).`,
    link: "Abre este enlace para decidir. Decide en tu nombre y funciona una sola vez: no lo reenvíes.",
    signIn: "Inicia sesión para decidir.",
    decided: (title, decision) => `${decision === "approved" ? "Aprobado" : "Rechazado"}: ${title}`,
    expired: (title) => `Sin decisión a tiempo: ${title}`,
  },
  pt: {
    subject: (title, reason) => `${reason === "reminder" ? "Lembrete: falta sua decisão" : "Sua decisão é necessária"}: ${title}`,
    why: (workflow, reason) =>
      ({
        asked: `${workflow} pede sua decisão.`,
        orphaned: `${workflow} pede uma decisão e ninguém dos nomeados pode tomá-la: você é consultado como administrador.`,
        reminder: `${workflow} ainda espera sua decisão.`,
        escalated: `${workflow} pede uma decisão que ninguém tomou até agora: agora a pergunta é para você.`,
        handed_on: `Uma decisão pedida por ${workflow} foi repassada a você.`,
      })[reason],
    until: (at) => `Pode ser decidido até ${at} (UTC).`,
    link: "Abra este link para decidir. Ele decide em seu nome e funciona uma só vez: não o encaminhe.",
    signIn: "Entre para decidir.",
    decided: (title, decision) => `${decision === "approved" ? "Aprovado" : "Rejeitado"}: ${title}`,
    expired: (title) => `Sem decisão a tempo: ${title}`,
  },
};

const wordsIn = (language: string): Words => {
  const known = ours.safeParse(language.slice(0, 2));
  return words[known.success ? known.data : "en"];
};

export function requestText(language: string, { title, workflow }: Saying, reason: Reason): { title: string; body: string } {
  return { title, body: wordsIn(language).why(workflow, reason) };
}

/** @param link decides in the reader's name; null: they have to sign in */
export function requestMail(language: string, { title, description, workflow, until }: Saying, reason: Reason, link: string | null): { subject: string; text: string } {
  const { subject, why, until: untilWhen, link: open, signIn } = wordsIn(language);
  const parts = [why(workflow, reason), title, description, until === null ? null : untilWhen(until), link === null ? signIn : `${open}\n\n${link}`];
  return { subject: subject(title, reason), text: `${parts.filter((part) => part !== null && part !== "").join("\n\n")}\n` };
}

export const decidedText = (language: string, title: string, decision: "approved" | "rejected"): { title: string; body: null } => ({ title: wordsIn(language).decided(title, decision), body: null });
export const expiredText = (language: string, title: string): { title: string; body: null } => ({ title: wordsIn(language).expired(title), body: null });

/**
 * Which of the records found comes first: BM25 over the words of title and body, the title's
 * weighing eight times as much, behind what is called exactly as was asked for, and what
 * begins so. Every record found has all the words, so that how rare a word is tells nothing:
 * that part of BM25 is left out, and with it the counting of every other record that has it.
 * @module
 */
import { fold, tokensOf } from "./words.ts";

export interface Document {
  id: number;
  kind: string;
  record_id: string;
  title: string;
  body: string;
}

const titleWeight = 8;
const saturation = 1.2;
const lengthShare = 0.75;
/** Words that a body has about; what is longer counts less. */
const usualLength = { title: 4, body: 40 } as const;
/** A word that only begins so counts less than the word itself. */
const beginning = 0.7;
/** Of longer texts the beginning counts. */
const mostRead = 8000;

export const exactTitle = 100;
const titleBegins = 50;

/** @param columns what the actor may be found by */
export function scoreOf({ title, body }: Pick<Document, "title" | "body">, query: string, words: readonly string[], columns: "title" | "title body"): number {
  const [name, asked] = [fold(title).trim(), fold(query).trim()];
  const whole = name === asked ? exactTitle : name.startsWith(asked) ? titleBegins : 0;
  const titleWords = tokensOf(title.slice(0, mostRead)).map(({ word }) => word);
  const bodyWords = columns === "title" ? [] : tokensOf(body.slice(0, mostRead)).map(({ word }) => word);
  const sum = words.reduce((score, word) => {
    const often = titleWeight * frequency(titleWords, word, usualLength.title) + frequency(bodyWords, word, usualLength.body);
    return score + (often * (saturation + 1)) / (often + saturation);
  }, 0);
  // Rounded, so that what is about as good is told apart by its age.
  return Math.round((whole + sum) * 100) / 100;
}

function frequency(words: readonly string[], asked: string, usual: number): number {
  const count = words.reduce((total, word) => total + (word === asked ? 1 : word.startsWith(asked) ? beginning : 0), 0);
  return count / (1 - lengthShare + (lengthShare * Math.max(words.length, 1)) / usual);
}

/**
 * Which comments belong to a statement.
 * @module
 */
import type { Comment } from "@babel/types";
import type { Range } from "../value.ts";
import type { FileNames } from "./reading.ts";

/** The comments right above a statement, and behind it on its last line. */
export function around(source: string, comments: readonly Comment[], statement: Range, after: number, before: number): { comment: string | null; extent: Range } {
  const above: Comment[] = [];
  let { start, end } = statement;
  for (let index = firstFrom(comments, statement.start) - 1; index >= 0; index--) {
    const comment = comments[index];
    if (!comment || (comment.start ?? 0) < after) break;
    const gap = source.slice(comment.end ?? 0, start);
    // A blank line sets it apart; text before it on its line makes it that text's.
    if (gap.trim() !== "" || gap.split("\n").length > 2 || !standsAlone(source, comment.start ?? 0)) break;
    above.unshift(comment);
    start = comment.start ?? start;
  }
  end = lineCommentEnd({ source, comments }, end, before);
  return { comment: above.length > 0 ? above.map(words).join("\n") : null, extent: { start, end } };
}

/** The end of the comments behind a place on its line. */
export function lineCommentEnd({ source, comments }: Pick<FileNames, "source" | "comments">, from: number, before: number): number {
  let end = from;
  for (let index = firstFrom(comments, from); index < comments.length; index++) {
    const comment = comments[index];
    if (!comment || (comment.end ?? 0) > before) break;
    const gap = source.slice(end, comment.start ?? 0);
    if (gap.trim() !== "" || gap.includes("\n")) break;
    // One that something follows on its line belongs to that.
    if (comment.type === "CommentBlock" && !/^[^\S\n]*(?:\n|$)/.test(source.slice(comment.end ?? 0, (comment.end ?? 0) + 200))) break;
    end = comment.end ?? end;
  }
  return end;
}

function firstFrom(comments: readonly Comment[], at: number): number {
  let low = 0;
  let high = comments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((comments[middle]?.start ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function standsAlone(source: string, at: number): boolean {
  return source.slice(source.lastIndexOf("\n", at - 1) + 1, at).trim() === "";
}

function words({ value }: Comment): string {
  return value
    .split("\n")
    .map((line) => line.replace(/^\s*\*+\s?/, "").trim())
    .join("\n")
    .trim();
}

/** The next such character outside of comments; -1: there is none before `end`. */
export function find({ source, comments }: Pick<FileNames, "source" | "comments">, character: string, start: number, end: number): number {
  for (let at = source.indexOf(character, start); at >= 0 && at < end; at = source.indexOf(character, at + 1)) {
    const comment = comments[firstFrom(comments, at + 1) - 1];
    if (!comment || (comment.end ?? 0) <= at) return at;
    at = (comment.end ?? at + 1) - 1;
  }
  return -1;
}

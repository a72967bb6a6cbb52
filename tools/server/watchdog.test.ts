import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { readWatchdog, startWatchdog } from "./watchdog.mjs";

/** The watchdog's timer beats six times in that. */
const silentMs = 6_000;
const beatMs = 1_000;

const closing: Array<() => void> = [];
beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => {
  for (const close of closing.splice(0)) close();
  vi.useRealTimers();
});

/** Resolves when a client of this process next tells that on Node's own channel. */
function once(channel: string): Promise<void> {
  return new Promise((resolve) => {
    const heard = (): void => {
      unsubscribe(channel, heard);
      resolve();
    };
    subscribe(channel, heard);
  });
}

/** A runtime whose answers are in the test's hand. */
async function runtime() {
  const questions: ServerResponse[] = [];
  let heard: () => void = () => {};
  const server = createServer((_request, response) => {
    questions.push(response);
    heard();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const onSilent = vi.fn();
  closing.push(startWatchdog({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, silentMs, onSilent }));
  /** Lets a beat pass that asks a question. */
  const asked = async (): Promise<ServerResponse> => {
    const next = new Promise<void>((resolve) => (heard = resolve));
    vi.advanceTimersByTime(beatMs);
    await next;
    return questions.at(-1) as ServerResponse;
  };
  /** Answers, and waits until the watchdog has it. */
  const answer = async (question: ServerResponse, status: number): Promise<void> => {
    const told = once("http.client.response.finish");
    question.writeHead(status).end();
    await told;
  };
  return { server, questions, onSilent, asked, answer };
}

test("a runtime that does not answer is told once, after the time it was given and not before", async () => {
  const { asked, onSilent } = await runtime();
  await asked();
  vi.advanceTimersByTime(silentMs - 1);
  expect(onSilent).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(onSilent).toHaveBeenCalledTimes(1);
});

test("questions do not pile up on a runtime that does not answer", async () => {
  const { asked } = await runtime();
  const sent = vi.fn();
  subscribe("http.client.request.created", sent);
  await asked();
  vi.advanceTimersByTime(silentMs - 1);
  unsubscribe("http.client.request.created", sent);
  expect(sent).toHaveBeenCalledTimes(1);
});

test("any answer is a sign of life, and begins the time anew", async () => {
  const { asked, answer, onSilent, questions } = await runtime();
  for (const status of [404, 500, 200]) {
    const question = await asked();
    vi.advanceTimersByTime(silentMs - beatMs);
    await answer(question, status);
  }
  expect(onSilent).not.toHaveBeenCalled();
  expect(questions.length).toBe(3);
});

test("after it was ended, the runtime gets its whole time again", async () => {
  const { asked, onSilent } = await runtime();
  await asked();
  vi.advanceTimersByTime(silentMs);
  await asked();
  vi.advanceTimersByTime(silentMs - 1);
  expect(onSilent).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1);
  expect(onSilent).toHaveBeenCalledTimes(2);
});

test("a runtime that is not there is not one that hangs", async () => {
  const { server, onSilent } = await runtime();
  await new Promise((closed) => server.close(closed));
  for (let beat = 0; beat < 20; beat++) {
    const refused = once("http.client.request.error");
    vi.advanceTimersByTime(beatMs);
    await refused;
  }
  expect(onSilent).not.toHaveBeenCalled();
});

test("the setting is a number of seconds, 0 for none; anything else is refused", () => {
  expect([readWatchdog(undefined), readWatchdog(""), readWatchdog("0"), readWatchdog("2.5")]).toEqual([30_000, 30_000, 0, 2_500]);
  for (const text of ["soon", "-1", "Infinity", "1e9"]) expect(() => readWatchdog(text)).toThrow(`EVERSTEP_WATCHDOG must be a number of seconds from 0 (off) to 86400, not "${text}"`);
});

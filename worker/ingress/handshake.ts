/**
 * `GET /hooks/{tenant}/{path}`: Meta asks an address whether it is expected there, once, when it
 * is registered. The answer is the bare challenge.
 * @module
 */
import type { BaseContext } from "../domain/context.ts";
import { configOf } from "../domain/hooks/config.ts";
import { type HookAddress, recorded } from "./receive.ts";
import { Refused, unknownHook } from "./refused.ts";
import { answerHandshake } from "./signatures/meta.ts";

/** @throws Refused `unknown-hook` where no hook of Meta is, `bad-signature` for another token */
export async function shakeHands(ctx: BaseContext, request: Request, address: HookAddress): Promise<Response> {
  return recorded(ctx, address, async ({ hook }, call) => {
    const config = hook ? configOf(hook) : null;
    if (config?.scheme !== "meta") throw unknownHook("a GET: only hooks of the scheme meta answer a handshake");
    call.event = "handshake";
    const challenge = await answerHandshake(new URL(request.url).searchParams, config.verify_token_hash);
    if (challenge === null) throw new Refused("bad-signature", "This is no handshake that this hook expects.", "a handshake with another verify token, or without hub.mode and hub.challenge");
    call.status = 200;
    call.verified = { scheme: "meta", secret: null, sender: null };
    return new Response(challenge, { headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff", "cache-control": "no-store" } });
  });
}

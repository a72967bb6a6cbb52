/**
 * The sockets of one tenant: who listens to what, and what they are told.
 *
 * Invariants
 * 1. Whoever was told `subscribed` misses nothing of the topic from there on, or is told of a gap.
 * 2. Nobody is told of a topic whose permission they do not have: it is asked for when they
 *    subscribe, and again with every {@link Room.check}.
 * 3. What nobody listens to, and nobody did a moment ago, is neither kept nor sent.
 * @module
 */
import { type ClientFrame, closeCodes, updatesLimits } from "../../sdk/schema/updates.ts";
import { type Connect, type Credential, type Heard, type Kind, kinds, quietMs, type RealtimeMessage, type Standing } from "./contract.ts";
import { problemFrame, readFrame, withRef } from "./frames.ts";
import { Interest } from "./interest.ts";
import { type Entry, UpdateLog } from "./log.ts";
import { Member, type Socket } from "./member.ts";
import { parseTopic, refusalOf } from "./topics.ts";

/** Sockets of a tenant, of one person, of one API key. */
export const mostSockets = { tenant: 5_000, session: 50, key: 2_000 } as const;
/** How long nothing is published that nobody listened to when it was last asked: answers take their time. */
export const quietFor = quietMs + 500;
/** Who has acknowledged nothing for so long has to come back. */
const lagMs = 600_000;

const whose = (credential: Credential): string => (credential.kind === "session" ? `user:${credential.userId}` : `key:${credential.keyId}`);

type Subscribe = Extract<ClientFrame, { op: "subscribe" }>;

export interface RoomPorts {
  standing(credentials: readonly Credential[]): Promise<Array<Standing | null>>;
  /** Somebody looks at these executions now. */
  watch(executionIds: readonly string[]): Promise<void>;
  wait(ms: number): Promise<void>;
  now(): number;
}

export class Room {
  readonly #ports: RoomPorts;
  readonly #log: UpdateLog;
  readonly interest: Interest<Member>;
  readonly members = new Map<Socket, Member>();
  /** Until when somebody may rely on nobody listening. */
  readonly #quiet = new Map<Kind, number>();

  constructor(sql: SqlStorage, sockets: readonly Socket[], ports: RoomPorts) {
    this.#ports = ports;
    this.#log = new UpdateLog(sql);
    this.interest = new Interest(sql);
    for (const socket of sockets) {
      const member = Member.wake(socket);
      if (!member) continue;
      this.members.set(socket, member);
      for (const topic of member.topics) this.interest.add(topic, member, this.#log.last);
    }
    this.interest.settle(ports.now());
  }

  /** Null when there is room for another; else why there is none. */
  full({ credential }: Pick<Connect, "credential">): string | null {
    if (this.members.size >= mostSockets.tenant) return `the tenant has ${mostSockets.tenant} open sockets, the most there may be`;
    const [who, most] = [whose(credential), mostSockets[credential.kind]];
    let own = 0;
    for (const member of this.members.values()) if (whose(member.credential) === who) own++;
    return own >= most ? `this ${credential.kind === "session" ? "person" : "API key"} has ${most} open sockets, the most there may be: close some first` : null;
  }

  enter(socket: Socket, { credential }: Pick<Connect, "credential">): void {
    const member = Member.open(socket, credential);
    this.members.set(socket, member);
    member.say({ op: "hello", id: this.#log.last, connection: member.id, window: updatesLimits.window });
  }

  leave(socket: Socket): void {
    const member = this.members.get(socket);
    if (!member) return;
    this.members.delete(socket);
    for (const topic of member.topics) this.interest.remove(topic, member, this.#ports.now());
  }

  close(member: Member, code: number, reason: string): void {
    this.leave(member.socket);
    try {
      member.socket.close(code, reason);
    } catch {
      // It is closing already.
    }
  }

  /** Sends these to whoever listens, and keeps them for those who come back. */
  publish(messages: readonly RealtimeMessage[]): Heard {
    const now = this.#ports.now();
    for (const message of messages) {
      if (!this.interest.has(message.topic)) continue;
      const entry = this.#log.append(message, now);
      if (entry) for (const member of this.interest.membersOf(message.topic)) member.tell(entry, now);
    }
    const heard = this.interest.kinds();
    for (const kind of kinds) if (!heard.has(kind)) this.#quiet.set(kind, now + quietFor);
    return { listening: [...heard] };
  }

  /** What a client sent. Resolves when it is dealt with, after what the same client sent before. */
  frame(socket: Socket, data: string | ArrayBuffer): Promise<void> {
    const member = this.members.get(socket);
    if (!member) return Promise.resolve();
    if (typeof data !== "string") return this.#refuse(member, closeCodes.binary, "frames are text");
    if (data.length > updatesLimits.frameCharacters) return this.#refuse(member, closeCodes.tooLarge, `a frame has ${updatesLimits.frameCharacters} characters at most`);
    if (!member.mayFrame(this.#ports.now())) return this.#refuse(member, closeCodes.policy, "too many frames");
    member.turn = member.turn
      .then(async () => (this.members.get(socket) === member ? this.#read(member, data) : undefined))
      .catch((error: unknown) => {
        console.error(JSON.stringify({ level: "error", event: "realtime.frame", message: error instanceof Error ? error.name : "unknown" }));
        member.say(problemFrame("internal", "Something failed on our side. Try again.", {}));
      });
    return member.turn;
  }

  async #refuse(member: Member, code: number, reason: string): Promise<void> {
    this.close(member, code, reason);
  }

  async #read(member: Member, data: string): Promise<void> {
    const frame = readFrame(data);
    if (frame.op === "error") return member.say(frame);
    if (frame.op === "subscribe") return this.#subscribe(member, frame);
    if (frame.op === "ack") return this.#acknowledge(member, frame.id);
    if (frame.op === "ping") return member.say({ op: "pong", ...withRef(frame) });
    this.#drop(member, frame.topics);
    member.say({ op: "unsubscribed", topics: frame.topics, ...withRef(frame) });
  }

  #drop(member: Member, topics: readonly string[]): void {
    for (const topic of topics) if (member.topics.delete(topic)) this.interest.remove(topic, member, this.#ports.now());
    member.note();
  }

  async #subscribe(member: Member, frame: Subscribe): Promise<void> {
    if (member.cursor !== null) return member.say(problemFrame("conflict", "This socket lags behind: acknowledge what has arrived first.", frame));
    const topics = [...new Set(frame.topics)];
    const all = new Set([...member.topics, ...topics]);
    if (all.size > updatesLimits.topics || [...all].join("").length > updatesLimits.topicCharacters) {
      return member.say(problemFrame("bad-request", `A socket has ${updatesLimits.topics} topics and ${updatesLimits.topicCharacters} characters of them at most.`, frame));
    }
    const standing = await this.#standing(member);
    if (standing === undefined) return member.say(problemFrame("unavailable", "It cannot be found out at the moment what you may listen to. Try again.", frame));
    if (standing === null) return this.judge(member, null);
    // It may have gone meanwhile.
    if (!this.members.has(member.socket)) return;
    member.standing = standing;
    const refused = topics.flatMap((topic, index) => {
      const detail = refusalOf(topic, member.credential, standing);
      return detail === null ? [] : [{ topic, pointer: `/topics/${index}`, detail }];
    });
    const allowed = topics.filter((topic) => !refused.some((one) => one.topic === topic));
    if (refused.length > 0) member.say(problemFrame("forbidden", `${refused.length === 1 ? "A topic was" : `${refused.length} topics were`} refused; the others count.`, frame, refused.map(({ pointer, detail }) => ({ pointer, detail }))));
    if (allowed.length > 0) await this.#listen(member, allowed, frame);
  }

  async #listen(member: Member, topics: string[], frame: Subscribe): Promise<void> {
    const gaps = this.#join(member, topics, frame.after);
    const [now, parsed] = [this.#ports.now(), topics.map(parseTopic)];
    const silent = Math.max(0, ...parsed.map((topic) => (topic ? (this.#quiet.get(topic.kind) ?? 0) - now : 0)));
    await Promise.all([this.#ports.watch(parsed.flatMap((topic) => topic?.executionId ?? [])), silent > 0 ? this.#ports.wait(silent) : undefined]);
    const id = this.#log.last;
    member.say({ op: "subscribed", topics, id, ...withRef(frame) });
    for (const topic of gaps) member.say({ op: "gap", topic, id });
  }

  /** Sends what was missed. Gives back the topics of which not all of it is kept. */
  #join(member: Member, topics: readonly string[], after: number | undefined): string[] {
    const { last, floor } = this.#log;
    const fresh = topics.filter((topic) => !member.topics.has(topic));
    const first = member.topics.size === 0;
    const isKept = (topic: string): boolean => after !== undefined && after <= last && after >= floor && (this.interest.since(topic) ?? last + 1) <= after;
    const kept = fresh.filter(isKept);
    // Whoever had that id before may have missed what was not kept until now.
    const since = fresh.every((topic) => this.interest.has(topic)) ? last : this.#log.mark(this.#ports.now());
    for (const topic of fresh) {
      member.topics.add(topic);
      this.interest.add(topic, member, since);
    }
    member.note();
    const gaps = after === undefined ? [] : fresh.filter((topic) => !kept.includes(topic));
    if (after === undefined || kept.length === 0) return gaps;
    const missed = this.#log.read(kept, after, member.room + 1);
    if (missed.length <= member.room) {
      for (const entry of missed) member.replay(entry);
      return gaps;
    }
    // Too much at once: it is sent as it is acknowledged, if nothing else has to keep its place in between.
    if (!first || kept.length < fresh.length) return fresh;
    member.lag(after, this.#ports.now());
    this.#catchUp(member);
    return gaps;
  }

  #acknowledge(member: Member, id: number): void {
    if (member.acknowledge(id) && member.cursor !== null) this.#catchUp(member);
  }

  #catchUp(member: Member): void {
    const { floor, last } = this.#log;
    if (member.cursor !== null && member.cursor < floor) {
      member.skip();
      for (const topic of member.topics) member.say({ op: "gap", topic, id: last });
      return;
    }
    const topics = [...member.topics];
    member.catchUp((after, limit): Entry[] => this.#log.read(topics, after, limit));
  }

  /** undefined: nobody can say. */
  async #standing(member: Member): Promise<Standing | null | undefined> {
    try {
      return (await this.#ports.standing([member.credential]))[0] ?? null;
    } catch (error) {
      console.error(JSON.stringify({ level: "error", event: "realtime.standing", message: error instanceof Error ? error.name : "unknown" }));
      return undefined;
    }
  }

  /** @param standing what its credential opens by now; null: nothing */
  judge(member: Member, standing: Standing | null): void {
    const lost = [...member.topics].filter((topic) => standing === null || refusalOf(topic, member.credential, standing) !== null);
    if (lost.length > 0) member.say({ op: "revoked", topics: lost });
    if (standing === null) return this.close(member, closeCodes.unauthorized, "what this socket was opened with counts no more");
    member.standing = standing;
    if (lost.length === 0) return;
    this.#drop(member, lost);
    if (member.topics.size === 0) this.close(member, closeCodes.forbidden, "nothing of what this socket listened to is allowed any more");
  }

  /** Somebody may have been promised quiet before this room was there. */
  promised(until: number): void {
    for (const kind of kinds) this.#quiet.set(kind, until);
  }

  /** Every so often: what is old goes, and who has not acknowledged anything for too long. */
  tidy(): void {
    const now = this.#ports.now();
    this.#log.prune(now);
    this.interest.expire(now);
    if (this.interest.kinds().size === 0) this.#log.clear();
    for (const member of this.members.values()) {
      if (member.lagsSince !== null && member.lagsSince < now - lagMs) this.close(member, closeCodes.tryAgain, "nothing was acknowledged for too long");
    }
  }
}

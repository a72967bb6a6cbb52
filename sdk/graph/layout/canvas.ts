/**
 * What is drawn while a layout is made: along the flow, and across it.
 * @module
 */
import type { GraphNode } from "../model.ts";
import type { EdgeKind, Layout, LayoutGroup, LayoutOptions, Point, Size } from "./model.ts";

export const grid = 8;
const usual: Size = { width: 240, height: 64 };
/** Between two nodes along the flow. */
export const gap = 5 * grid;
/** Between two lanes. */
export const laneGap = 4 * grid;
/** Between a frame and what is in it. */
export const padding = 3 * grid;

/** Where something is. */
export interface Spot {
  along: number;
  across: number;
}

interface Area extends Spot {
  length: number;
  breadth: number;
}

/** What goes on to whatever comes next, and the way it has come. */
export interface Open {
  from: string;
  label: string | null;
  kind: EdgeKind;
  path: readonly Spot[];
}

interface Drawn {
  from: string;
  to: string;
  label: string | null;
  kind: EdgeKind;
  path: readonly Spot[];
}

export class Canvas {
  readonly collapsed: ReadonlySet<string>;
  readonly #down: boolean;
  readonly #sizeOf: LayoutOptions["sizeOf"];
  readonly #areas = new Map<string, Area>();
  readonly #groups: (Area & Pick<LayoutGroup, "node" | "kind">)[] = [];
  readonly #edges: Drawn[] = [];

  constructor({ direction = "down", sizeOf, collapsed = new Set() }: LayoutOptions) {
    this.collapsed = collapsed;
    this.#down = direction === "down";
    this.#sizeOf = sizeOf;
  }

  /** The breadth of a lane without nodes. */
  get lane(): number {
    return this.#down ? usual.width : usual.height;
  }

  /** Lines meet nodes of any size at the same place of their lane. */
  port(breadth = this.lane): number {
    return Math.min(breadth, this.lane) / 2;
  }

  /** Puts a node down, and draws what leads to it. */
  node(node: GraphNode | { kind: "trigger"; id: string }, at: Spot, incoming: readonly Open[]): { end: number; edge: number; out: Open } {
    const { width, height } = this.#sizeOf?.(node) ?? usual;
    const [length, breadth] = [onGrid(this.#down ? height : width), onGrid(this.#down ? width : height)];
    this.#areas.set(node.id, { ...at, length, breadth });
    const port = { along: at.along, across: at.across + this.port(breadth) };
    for (const { from, label, kind, path } of incoming) this.#edges.push({ from, to: node.id, label, kind, path: [...turned(path, port.across, at.along - padding / 2), port] });
    return { end: at.along + length, edge: at.across + breadth, out: { from: node.id, label: null, kind: "next", path: [{ along: at.along + length, across: port.across }] } };
  }

  /** The middle of its side. */
  sideOf(id: string): Spot {
    const { along = 0, across = 0, length = 0 } = this.#areas.get(id) ?? {};
    return { along: along + length / 2, across };
  }

  /** What goes on behind a node that is there already. */
  outOf(id: string): Open[] {
    const area = this.#areas.get(id);
    return area ? [{ from: id, label: null, kind: "next", path: [{ along: area.along + area.length, across: area.across + this.port(area.breadth) }] }] : [];
  }

  /** To the next round. */
  back({ from, label, path }: Open, to: string, side: number): void {
    const start = path.at(-1) ?? { along: 0, across: 0 };
    const into = this.sideOf(to);
    const turn = start.along + grid;
    this.#edges.push({ from, to, label, kind: "back", path: [...path, { along: turn, across: start.across }, { along: turn, across: side }, { along: into.along, across: side }, into] });
  }

  /** A frame; its size is told once what is in it was put down. */
  group(kind: LayoutGroup["kind"], node: string): (at: Spot, end: Spot) => void {
    const area = { node, kind, along: 0, across: 0, length: 0, breadth: 0 };
    this.#groups.push(area);
    return (at, end) => void Object.assign(area, at, { length: end.along - at.along, breadth: end.across - at.across });
  }

  finished(): Layout {
    const point = ({ along, across }: Spot): Point => (this.#down ? { x: across, y: along } : { x: along, y: across });
    const box = ({ length, breadth, ...at }: Area) => ({ ...point(at), width: this.#down ? breadth : length, height: this.#down ? length : breadth });
    const areas = [...this.#areas].map(([id, area]) => ({ id, ...box(area) }));
    const groups = this.#groups.map((area) => ({ id: `group:${area.node}`, node: area.node, kind: area.kind, ...box(area) }));
    const counts = new Map<string, number>();
    const edges = this.#edges.map(({ path, ...edge }) => {
      const name = `${edge.from}→${edge.to}`;
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      return { id: count === 1 ? name : `${name}#${count}`, ...edge, points: path.map(point) };
    });
    const size = { width: 0, height: 0 };
    for (const { x, y, width, height } of [...areas, ...groups]) Object.assign(size, { width: Math.max(size.width, x + width), height: Math.max(size.height, y + height) });
    return { nodes: areas, groups, edges, ...size };
  }
}

const onGrid = (value: number): number => Math.ceil(value / grid) * grid;

/** A way that goes on in another lane from a place on. */
export function turned(path: readonly Spot[], across: number, along: number): readonly Spot[] {
  const last = path.at(-1);
  if (!last || last.across === across) return path;
  const at = Math.max(last.along, along);
  return [...path, { along: at, across: last.across }, { along: at, across }];
}

/** The one event stream of a browser: when it counts as silent, and how it comes back without missing anything. */
import type { AlertSummary, Component } from '../api/types';
import type { FeedMessage, FeedOrder, IncomingCall, LinkState } from './messages';

/** The server pings every 5 s; two missed pings are silence. The bar must be up within 12 s, so this stays below 11. */
export const SILENCE_MS = 10_500;
/** A connection that is refused or cut shows sooner: the server has said that it is not there. */
export const BROKEN_MS = 4_000;
/** How often `watch` is to be called. */
export const WATCH_MS = 500;
const RETRY_MS = 1_000;

/** As much of EventSource as is used. */
type Source = {
  addEventListener: (name: string, listener: (event: Event) => void) => void;
  close: () => void;
};

export type Surroundings = {
  open: (url: string) => Source;
  now: () => number;
  tell: (message: FeedMessage) => void;
};

export class Connection {
  private source: Source | null = null;
  private after: number | null = null;
  private owner = '';
  /** Where this stream began: a page whose list is older than that would miss what lies between. */
  private base = 0;
  private heardAt = 0;
  private openedAt = 0;
  private retryAt = 0;
  private brokenAt: number | null = null;
  private state: LinkState = 'connecting';

  constructor(private readonly around: Surroundings) {}

  /** Starts or stops. A second page of the same owner joins the running stream and is told how it stands. */
  order(order: FeedOrder): void {
    if (order.kind === 'stop') return this.stop();
    if (this.after !== null && this.owner === order.owner && order.after >= this.base) {
      return this.around.tell({ kind: 'link', state: this.state });
    }
    this.owner = order.owner;
    this.after = order.after;
    this.base = order.after;
    this.heardAt = this.around.now();
    this.connect();
  }

  /** To be called every WATCH_MS: notices silence, tries again, and lets the pages know that somebody watches. */
  watch(): void {
    if (this.after === null) return;
    const now = this.around.now();
    const broken = this.brokenAt !== null && now - this.brokenAt > BROKEN_MS;
    if (broken || now - this.heardAt > SILENCE_MS) this.become('offline');
    if (
      this.source === null ? now >= this.retryAt : now - Math.max(this.heardAt, this.openedAt) > SILENCE_MS
    ) {
      this.connect();
    }
    this.around.tell({ kind: 'link', state: this.state });
  }

  private stop(): void {
    this.source?.close();
    this.source = null;
    this.after = null;
    this.brokenAt = null;
    this.state = 'connecting';
  }

  private connect(): void {
    this.source?.close();
    const source = this.around.open(`/api/v1/stream?after=${this.after}`);
    this.source = source;
    this.openedAt = this.around.now();
    const on = (name: string, take: (data: string) => void) =>
      source.addEventListener(name, (event) => {
        if (this.source !== source) return;
        const message = event as MessageEvent<string>;
        this.heard(message.lastEventId);
        take(message.data);
      });
    on('alert', (data) => this.around.tell({ kind: 'alert', alert: JSON.parse(data) as AlertSummary }));
    on('call', (data) => this.around.tell({ kind: 'call', call: JSON.parse(data) as IncomingCall }));
    on('health', (data) => this.around.tell({ kind: 'health', component: JSON.parse(data) as Component }));
    on('ping', (data) => this.around.tell({ kind: 'ping', at: (JSON.parse(data) as { at: string }).at }));
    on('resync', () => this.resync());
    source.addEventListener('error', () => this.lost(source));
  }

  private heard(streamId: string): void {
    if (streamId !== '') this.after = Number(streamId);
    this.heardAt = this.around.now();
    this.brokenAt = null;
    this.become('online');
  }

  /** The server could not keep up with us: the pages load the list again and order a start after it. */
  private resync(): void {
    this.stop();
    this.around.tell({ kind: 'resync' });
  }

  /** We try again ourselves, from the last id: the browser gives up for good after any answer but 200. */
  private lost(source: Source): void {
    if (this.source !== source) return;
    source.close();
    this.source = null;
    this.brokenAt ??= this.around.now();
    this.retryAt = this.around.now() + RETRY_MS;
  }

  private become(state: LinkState): void {
    if (this.state === state) return;
    this.state = state;
    this.around.tell({ kind: 'link', state });
  }
}

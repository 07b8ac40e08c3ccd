/** Keeps the desk true: the list, the stream after it, and the list again whenever something may have been missed. */
import { call } from '../api/client';
import type { AlertPage, AlertSummary, Component, HealthView } from '../api/types';
import { learnServerTime, serverNow } from '../clock/time';
import { type Feed, openFeed } from '../live/feed';
import type { FeedMessage, IncomingCall, LinkState } from '../live/messages';
import { withCall } from './incoming';
import { type DeskState, EMPTY, type Happening, reduce } from './state';

/** Push is a hint, the list is the truth: it is read again this often even when all seems well. */
const RELOAD_MS = 60_000;
const RETRY_MS = 2_000;

export type Link = { state: LinkState; since: number };

export type DeskView = {
  desk: DeskState;
  link: Link;
  components: readonly Component[];
  /** Calls that came in, the newest first. */
  calls: readonly IncomingCall[];
};

export class DeskStore {
  private view: DeskView = {
    desk: EMPTY,
    link: { state: 'connecting', since: serverNow() },
    components: [],
    calls: [],
  };
  private readonly only: string;
  private readonly listeners = new Set<() => void>();
  private feed: Feed | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;
  private healthHeard = 0;
  private reading = false;
  private readAgain = false;

  /**
   * `isBusy` is asked when an alert comes: whether the operator is in the middle of something. `isOurs`: whether this
   * desk shows it. `organisationId`: whose desk it is; null for the whole district.
   */
  constructor(
    private readonly staffId: string,
    private readonly isBusy: (desk: DeskState) => boolean,
    private readonly isOurs: (alert: AlertSummary) => boolean,
    organisationId: string | null,
  ) {
    this.only = organisationId === null ? '' : `&desk=${encodeURIComponent(organisationId)}`;
  }

  /** The feed is opened before the list is read: what comes in between waits in it and is not missed. */
  readonly open = (): (() => void) => {
    this.feed = openFeed((message) => this.hear(message));
    this.reload();
    this.timer = setInterval(this.reload, RELOAD_MS);
    return this.close;
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): DeskView => this.view;

  readonly tell = (happening: Happening): void => this.show({ desk: reduce(this.view.desk, happening) });

  /** Reads the list and the health again; while a reading is under way, once more after it. */
  readonly reload = (): void => {
    this.readAgain = this.reading;
    if (this.reading) return;
    this.reading = true;
    void Promise.all([this.readList(), this.readHealth()]).then(([read]) => {
      this.reading = false;
      if (this.readAgain) this.reload();
      else if (!read && this.feed !== null) setTimeout(this.reload, RETRY_MS);
    });
  };

  private readonly close = (): void => {
    clearInterval(this.timer);
    this.feed?.order({ kind: 'stop' });
    this.feed?.close();
    this.feed = null;
  };

  private async readList(): Promise<boolean> {
    try {
      const page = await call<AlertPage>('GET', `/alerts?state=open&limit=1000${this.only}`);
      const busy = this.isBusy(this.view.desk);
      this.tell({ kind: 'listed', items: page.items, streamId: page.stream_id, busy, now: serverNow() });
      this.feed?.order({ kind: 'start', owner: this.staffId, after: page.stream_id });
      return true;
    } catch {
      this.tell({ kind: 'list_failed' });
      return false;
    }
  }

  private async readHealth(): Promise<void> {
    const heard = this.healthHeard;
    const health = await call<HealthView>('GET', '/health').catch(() => null); // read again with the next list
    if (health === null) return;
    if (heard !== this.healthHeard) return this.readHealth(); // the stream was faster: this answer may be the older one
    learnServerTime(health.at);
    this.show({ components: health.components });
  }

  private hear(message: FeedMessage): void {
    switch (message.kind) {
      case 'alert':
        return this.heard(message.alert);
      case 'call':
        return this.show({ calls: withCall(this.view.calls, message.call) });
      case 'health':
        this.healthHeard += 1;
        return this.show({ components: replace(this.view.components, message.component) });
      case 'ping':
        return learnServerTime(message.at);
      case 'resync':
        return this.reload();
      case 'link':
        return this.linked(message.state);
    }
  }

  /** What this desk no longer shows it goes on showing until the next list, as long as it is known here. */
  private heard(alert: AlertSummary): void {
    if (this.view.desk.alerts[alert.id] === undefined && !this.isOurs(alert)) return;
    this.tell({ kind: 'changed', alert, busy: this.isBusy(this.view.desk), now: serverNow() });
  }

  /** Back: what was missed is in the list. Gone: asking for the list tells whether we are still logged in. */
  private linked(state: LinkState): void {
    if (state === this.view.link.state) return;
    this.show({ link: { state, since: serverNow() } });
    this.reload();
  }

  private show(change: Partial<DeskView>): void {
    this.view = { ...this.view, ...change };
    for (const listener of this.listeners) listener();
  }
}

function replace(known: readonly Component[], component: Component): readonly Component[] {
  return [...known.filter((row) => row.component !== component.component), component];
}

/** What the live feed tells the page, and what the page tells the feed. */
import type { AlertSummary, Component, IncomingCall as IncomingAnswer } from '../api/types';

export type LinkState = 'connecting' | 'online' | 'offline';

/** Somebody calls: as the stream says it, which is less than the API does. */
export type IncomingCall = Omit<IncomingAnswer, 'tel' | 'matches'>;

export type FeedMessage =
  | { kind: 'alert'; alert: AlertSummary }
  | { kind: 'call'; call: IncomingCall }
  | { kind: 'health'; component: Component }
  | { kind: 'ping'; at: string }
  | { kind: 'resync' }
  | { kind: 'link'; state: LinkState };

/** `owner`: whose session; the feed of another one is never carried on. `after`: the stream id of the loaded list. */
export type FeedOrder = { kind: 'start'; owner: string; after: number } | { kind: 'stop' };

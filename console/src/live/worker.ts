/** The shared worker: one connection for all pages of this browser (HTTP/1.1 gives a host about six). */
import { steadyNow } from '../clock/steady';
import { Connection, WATCH_MS } from './connection';
import type { FeedMessage, FeedOrder } from './messages';

declare const self: { onconnect: (event: MessageEvent) => void };

const pages = new Set<MessagePort>();
const connection = new Connection({
  open: (url) => new EventSource(url),
  now: steadyNow,
  tell: (message: FeedMessage) => {
    for (const page of pages) page.postMessage(message);
  },
});

setInterval(() => connection.watch(), WATCH_MS);

self.onconnect = (event) => {
  const page = event.ports[0];
  if (page === undefined) return;
  pages.add(page);
  page.onmessage = (message: MessageEvent<FeedOrder>) => connection.order(message.data);
};

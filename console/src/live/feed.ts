/** Where a page gets its live changes from: the shared worker where it works, a connection of its own otherwise. */
import { steadyNow } from '../clock/steady';
import { Connection, WATCH_MS } from './connection';
import type { FeedMessage, FeedOrder } from './messages';

/** A worker that forwards nothing for this long is dead; it would have forwarded two pings or said `offline`. */
const WORKER_SILENCE_MS = 15_000;

export type Feed = { order: (order: FeedOrder) => void; close: () => void };

/** Opens the feed; `hear` gets every message until `close`. */
export function openFeed(hear: (message: FeedMessage) => void): Feed {
  let lastOrder: FeedOrder | null = null;
  let heardAt = steadyNow();
  let own: Connection | null = null;
  let port: MessagePort | null = null;

  const tell = (message: FeedMessage) => {
    heardAt = steadyNow();
    hear(message);
  };
  const goAlone = () => {
    if (own !== null) return;
    port?.close();
    port = null;
    own = new Connection({ open: (url) => new EventSource(url), now: steadyNow, tell });
    if (lastOrder?.kind === 'start') hear({ kind: 'resync' });
  };

  try {
    const worker = new SharedWorker(new URL('./worker.ts', import.meta.url), {
      type: 'module',
      name: 'care-live',
    });
    worker.onerror = goAlone;
    port = worker.port;
    port.onmessage = (event: MessageEvent<FeedMessage>) => tell(event.data);
  } catch {
    goAlone(); // no shared workers here, or forbidden
  }

  const timer = setInterval(() => {
    own?.watch();
    const waiting = port !== null && lastOrder?.kind === 'start';
    if (waiting && steadyNow() - heardAt > WORKER_SILENCE_MS) goAlone();
  }, WATCH_MS);

  const send = (order: FeedOrder) => {
    if (own !== null) own.order(order);
    else port?.postMessage(order);
  };
  return {
    order: (order) => {
      lastOrder = order;
      heardAt = steadyNow();
      send(order);
    },
    close: () => {
      clearInterval(timer);
      own?.order({ kind: 'stop' });
      port?.close();
    },
  };
}

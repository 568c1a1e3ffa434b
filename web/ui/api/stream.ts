/**
 * Server-sent events that survive a lost connection, and that say so while it is lost.
 *
 * @module
 */

/** How the stream stands. `paused`: the page is out of sight. */
export type Connection = "connecting" | "live" | "lost" | "paused" | "ended";

/** What a stream reports to. */
export interface StreamHandlers {
  /** One event's data, parsed. Return `true` to end the stream for good. */
  onMessage(data: unknown): boolean | void;
  onConnection(connection: Connection): void;
  /** Called before each attempt after a loss; may fetch what was missed. */
  onRetry?(): void;
}

/** A hidden page gives its connection back after this long: browsers allow six per host. */
const HIDDEN_GRACE_MS = 30_000;
/** A stream that lived this long was sound; what ends sooner is retried ever more slowly. */
const STEADY_MS = 5000;
/** The first retry is at once and silent: a server may end a long stream in all order. */
const RETRY_MS = [0, 500, 1000, 2000, 5000];

/** Follows `url` until the returned function is called or a handler ends it. */
export function follow(url: string, event: string, handlers: StreamHandlers): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;
  let openedAt = 0;
  let closed = false;

  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = null;
  };
  const finish = (connection: Connection) => {
    closed = true;
    close();
    document.removeEventListener("visibilitychange", onVisibility);
    handlers.onConnection(connection);
  };
  const open = () => {
    close();
    source = new EventSource(url);
    source.onopen = () => {
      openedAt = Date.now();
      handlers.onConnection("live");
    };
    source.addEventListener(event, (message) => {
      if (handlers.onMessage(JSON.parse((message as MessageEvent).data)) && !closed) {
        finish("ended");
      }
    });
    source.onerror = () => {
      // The browser's own retry gives up on any answer but 200, so the retry is ours.
      close();
      if (closed) return;
      if (Date.now() - openedAt > STEADY_MS && openedAt > 0) attempt = 0;
      openedAt = 0;
      if (attempt > 0) handlers.onConnection("lost");
      timer = setTimeout(() => {
        handlers.onRetry?.();
        open();
      }, RETRY_MS[Math.min(attempt++, RETRY_MS.length - 1)]);
    };
  };
  const onVisibility = () => {
    if (document.hidden) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        close();
        handlers.onConnection("paused");
      }, HIDDEN_GRACE_MS);
    } else if (source === null) {
      handlers.onRetry?.();
      open();
    } else clearTimeout(timer);
  };

  document.addEventListener("visibilitychange", onVisibility);
  handlers.onConnection("connecting");
  open();
  return () => {
    if (closed) return;
    closed = true;
    close();
    document.removeEventListener("visibilitychange", onVisibility);
  };
}
